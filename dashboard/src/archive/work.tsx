import { useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type TaskJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card, type Tone } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { number } from '../words.js';
import { inputText, resultText } from './task-words.js';

const TONES: Readonly<Record<TaskJson['status'], Tone>> = {
  waiting: 'quiet',
  running: 'warn',
  done: 'good',
  failed: 'bad',
};

const isOpen = ({ status }: TaskJson) => status === 'waiting' || status === 'running';

/** A page of tasks, the first where nothing is said. */
export const tasksQuery = (cursor?: string) => ({
  queryKey: ['tasks', cursor],
  queryFn: () => call<PageJson<TaskJson>>('GET', `/v1/tasks${query({ cursor, limit: 10 })}`),
});

/** Long work that somebody asked for: what it is, how far it is, and what it came to. */
export function Work() {
  const pages = usePages();
  const { data, error } = useQuery({
    ...tasksQuery(pages.cursor),
    refetchInterval: ({ state }) => (state.data?.data.some(isOpen) ? 1_000 : 5_000),
  });
  return (
    <Card title="Work">
      <Listing
        page={data}
        error={error}
        empty={<>Nobody asked for any. The archive runs by itself every hour.</>}
        label="Long work"
        heads={['What', 'Asked for', 'By', 'State', 'Came to']}
      >
        {(task) => (
          <tr key={task.id}>
            <td>{inputText(task)}</td>
            <td>
              <Ago at={task.createdAt} />
            </td>
            <td className="id">{task.requestedBy}</td>
            <td>
              <Badge tone={TONES[task.status]}>{task.status}</Badge>
            </td>
            <td>
              <Outcome task={task} />
            </td>
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

function Outcome({ task }: { task: TaskJson }) {
  const { status, progress, error } = task;
  if (error !== null) return <span className="field-fault">{error}</span>;
  if (status === 'done') return <>{resultText(task)}</>;
  if (progress === null) return <small className="muted">begins within some seconds</small>;
  return (
    <div className="work">
      <progress
        max={Math.max(1, progress.total)}
        value={progress.done}
        aria-label={`${number(progress.done)} of ${number(progress.total)}`}
      />
      <small>
        {number(progress.done)} of {number(progress.total)}: {progress.at}
      </small>
    </div>
  );
}
