import { useState } from 'react';
import type { SurroundingsJson } from '../api.js';
import { TextField } from '../parts/form.js';
import { Badge, Card } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { plural } from '../words.js';

type Setting = SurroundingsJson['settings'][number];

/** Every setting, searched by its name and by what it means. */
export function SettingList({ settings }: { settings: readonly Setting[] }) {
  const [search, setSearch] = useState('');
  const [givenOnly, setGivenOnly] = useState(false);
  const words = search.toLowerCase().split(/\s+/);
  const fitting = settings.filter(({ name, option, meaning, given }) => {
    const text = `${name} ${option} ${meaning}`.toLowerCase();
    return (given || !givenOnly) && words.every((word) => text.includes(word));
  });
  return (
    <Card
      title="Every setting"
      aside={<span role="status">{plural(fitting.length, 'setting')}</span>}
    >
      <search className="filters">
        <TextField label="Search" value={search} onChange={setSearch} />
        <label className="choice">
          <input
            type="checkbox"
            checked={givenOnly}
            onChange={(event) => setGivenOnly(event.target.checked)}
          />
          Only those that are given
        </label>
      </search>
      {fitting.length === 0 ? (
        <Empty>None has these words.</Empty>
      ) : (
        <Table label="Settings" heads={['Setting', 'In force', 'Default', 'Meaning']}>
          {fitting.map((setting) => (
            <tr key={setting.name}>
              <td className="setting">
                <code>{setting.name}</code>
                <small>
                  {setting.option}
                  {setting.unit !== null && `, ${setting.unit}`}
                </small>
              </td>
              <td className="figure-text">
                <Value setting={setting} />
              </td>
              <td className="figure-text">
                <Text text={setting.default} />
              </td>
              <td className="meaning">{setting.meaning}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

function Value({ setting: { secret, given, value } }: { setting: Setting }) {
  if (secret) return <Badge tone={given ? 'good' : 'quiet'}>{given ? 'set' : 'not set'}</Badge>;
  return (
    <>
      <Text text={value} /> {given && <Badge tone="good">given</Badge>}
    </>
  );
}

function Text({ text }: { text: string | null }) {
  return text === null || text === '' ? <span className="muted">none</span> : <code>{text}</code>;
}
