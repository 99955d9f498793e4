import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discordMessage } from '../../src/domain/discord-message.js';
import { eventText } from '../../src/domain/event-text.js';
import { compileFormat } from '../../src/domain/message-format.js';
import { slackMessage } from '../../src/domain/slack-message.js';
import { hostileJson } from '../support/hostile-json.js';

const AT = new Date('2026-11-28T12:00:00Z');

function text(payload: unknown, type = 'expense.created') {
  return eventText({ id: 'evt_1', type, createdAt: AT, payloadJson: JSON.stringify(payload) });
}

const slack = (payload: unknown) => slackMessage(text(payload)).text;
const discord = (payload: unknown) => discordMessage(text(payload));

describe('an event in words', () => {
  test('has the plain fields of its payload, those of the upper levels first', () => {
    const payload = {
      customer: { name: 'Zoë', address: { city: 'Köln', geo: { at: { lat: 1 } } } },
      amount: 42.5,
      paid: false,
      note: null,
      items: [{}, {}],
      tags: ['a'],
    };
    expect(text(payload).facts).toEqual([
      ['amount', '42.5'],
      ['paid', 'false'],
      ['items', '2 items'],
      ['tags', '1 item'],
      ['customer.name', 'Zoë'],
      ['customer.address.city', 'Köln'],
    ]);
    expect(
      text(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [n, n]))).facts,
    ).toHaveLength(10);
    expect(text('just this').facts).toEqual([['payload', 'just this']]);
    expect(text(null).facts).toEqual([]);
  });

  test('is what its producer wrote for people, where that is some', () => {
    expect(text({ text: ' Paid!\r\nAll of it ', id: 1 })).toMatchObject({
      text: 'Paid!\nAll of it',
      facts: [],
    });
    expect(text({ content: 'Paid!' }).text).toBe('Paid!');
    for (const nothing of [{ text: ' \n' }, { text: 5 }, { text: { a: 1 } }, ['text'], 'text']) {
      expect(text(nothing).text).toBeNull();
    }
  });
});

describe('a message for Slack', () => {
  test('reads as a title, facts and where it came from', () => {
    expect(slack({ amount: 42, from: 'Zoë' })).toBe(
      '*expense.created*\n*amount:* 42\n*from:* Zoë\nevt_1 at 2026-11-28T12:00:00.000Z',
    );
    expect(slack({ text: '*Paid* by Zoë' })).toContain('*expense.created*\n*Paid* by Zoë\n');
  });

  test('calls nobody and forges nothing, whatever a payload says', () => {
    const hostile =
      '<!channel> <@U123> <https://evil.example|bank> & @everyone @Here\n*forged:* yes';
    const expected =
      '&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil.example|bank&gt; &amp; @\u200beveryone @\u200bHere';
    expect(slack({ note: hostile, '<!here>': 1 })).toContain(
      `*note:* ${expected} *forged:* yes\n*&lt;!here&gt;:* 1\n`,
    );
    expect(slack({ text: hostile })).toContain(expected);
    expect(slack({ code: '```', 'b`': '' })).toContain("*code:* '''\n*b':* –\n");
    expect(slack({ mail: 'all@example.com' })).toContain('all@example.com');
    expect(slack({ turned: 'a\u202eb\0c' })).toContain('a b c');
  });
});

describe('a message for Discord', () => {
  test('reads as a title, fields and where it came from', () => {
    expect(discord({ amount: 42, url: 'https://x.example/a_b?c=1', empty: '' })).toEqual({
      embeds: [
        {
          title: 'expense.created',
          fields: [
            { name: 'amount', value: '42', inline: true },
            { name: 'url', value: 'https://x.example/a_b?c=1', inline: true },
            { name: 'empty', value: '–', inline: true },
          ],
          footer: { text: 'evt_1' },
          timestamp: '2026-11-28T12:00:00.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    });
    expect(discord({ text: '**Paid** by Zoë' })).toMatchObject({
      content: '**Paid** by Zoë',
      embeds: [{ title: 'expense.created', fields: [] }],
    });
  });

  test('calls nobody and hides no link, whatever a payload says', () => {
    const hostile = '@everyone <@123> [bank](https://evil.example) **b** `c` # d';
    const message = discord({ note: hostile });
    expect(message.allowed_mentions).toEqual({ parse: [] });
    expect(message.embeds[0].fields[0]?.value).toBe(
      '@everyone \\<@123\\> \\[bank\\](https://evil.example) \\*\\*b\\*\\* \\`c\\` \\# d',
    );
    expect(discord({ content: hostile }).content).toBe(
      '@everyone \\<@123> \\[bank](https://evil.example) **b** `c` # d',
    );
  });
});

describe('whatever a payload holds', () => {
  /** Texts that grow when they are escaped, and end within a character when they are cut. */
  const long = fc
    .tuple(fc.constantFrom('&', '<', '[', '*', 'x', '💥', '\ud800', '\n', ' ', 'é'), fc.nat(6_000))
    .map(([character, length]) => character.repeat(length));
  const value = fc.oneof(long, hostileJson, fc.string({ unit: 'binary' }));
  const payload = fc.oneof(
    value,
    fc.record({ text: long, content: long }, { requiredKeys: [] }),
    fc.dictionary(fc.oneof(long, fc.string({ unit: 'binary' })), value, { maxKeys: 15 }),
  );
  const type = fc.constantFrom('a', 'expense_x.created', '_'.repeat(128));

  test('a message for Slack stays under 20,000 characters, with entities that are whole', () => {
    fc.assert(
      fc.property(payload, type, (given, eventType) => {
        const message = slackMessage(text(given, eventType));
        expect(message.text.length).toBeLessThan(20_000);
        expect(message.text.isWellFormed()).toBe(true);
        expect(message.text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
      }),
    );
  });

  test('a message for Discord stays within its limits', () => {
    fc.assert(
      fc.property(payload, type, (given, eventType) => {
        const { content = '.', embeds, allowed_mentions } = discordMessage(text(given, eventType));
        const [{ title, fields, footer }] = embeds;
        const within = (part: string, most: number) => {
          expect(part.trim().length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(most);
          expect(part.isWellFormed()).toBe(true);
        };
        within(content, 2_000);
        within(title, 256);
        expect(fields.length).toBeLessThanOrEqual(25);
        for (const field of fields) {
          within(field.name, 256);
          within(field.value, 1_024);
        }
        const all = fields.map(({ name, value: shown }) => name + shown).join('');
        expect(title.length + all.length + footer.text.length).toBeLessThanOrEqual(6_000);
        expect(allowed_mentions).toEqual({ parse: [] });
      }),
    );
  });

  test('the body is JSON', () => {
    const target = { webhookId: 'wh_1', url: 'https://x.example', secrets: [], now: AT };
    fc.assert(
      fc.property(payload, (given) => {
        const event = { id: 'evt_1', type: 'a', createdAt: AT, payloadJson: JSON.stringify(given) };
        for (const kind of ['slack', 'discord'] as const) {
          const { body } = compileFormat({ kind }).write({ event, ...target });
          expect(JSON.parse(body)).toBeTypeOf('object');
        }
      }),
    );
  });
});
