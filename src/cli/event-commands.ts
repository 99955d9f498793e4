import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { InvalidPayloadError } from '../domain/errors.js';
import { DEFAULT_ACCOUNT, type NewEvent } from '../domain/event.js';
import { type EnqueuedEvent, MAX_EVENTS } from '../producers/producer.js';
import { createCommand, withPosthorn } from './command.js';
import type { AccountFlags } from './list-options.js';
import { type OutputFlags, pairs, print, time } from './output.js';

interface SendFlags extends OutputFlags {
  readonly account?: string;
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly idempotencyKey?: string;
}

/** `posthorn event …` */
export function eventCommands(): Command {
  return new Command('event')
    .description('enqueue events, and look them up')
    .addCommand(
      createCommand('send <type>', 'enqueue one event', send)
        .option('--account <id>', 'the account whose webhooks are told')
        .option('--payload <json>', 'the payload, as JSON; null if none')
        .option('--payload-file <path>', 'a file that holds the payload; - for standard input')
        .option(
          '--idempotency-key <key>',
          'a second event of the account with this key is not sent',
        ),
    )
    .addCommand(
      createCommand(
        'send-batch <path>',
        'enqueue a file of events, one JSON document a line; - for standard input',
        sendBatch,
      ),
    )
    .addCommand(
      createCommand('show <id>', 'show one event with its payload', show).option(
        '--account <id>',
        'the account whose event it is',
      ),
    );
}

async function send(flags: SendFlags, type: string): Promise<void> {
  const event = {
    type,
    payload: await readPayload(flags),
    accountId: flags.account,
    idempotencyKey: flags.idempotencyKey,
  };
  const enqueued = await withPosthorn((posthorn) => posthorn.enqueue(event));
  print(flags, enqueued, () =>
    pairs([
      ['id', enqueued.id],
      ['deliveries', deliveriesText(enqueued, event)],
      ['duplicate', enqueued.duplicate ? 'yes: the key was used before' : 'no'],
    ]),
  );
}

/** How many there are, and why there is none. */
function deliveriesText(
  { deliveries, duplicate }: EnqueuedEvent,
  { type, accountId = DEFAULT_ACCOUNT }: NewEvent,
): string {
  if (deliveries > 0 || duplicate) return String(deliveries);
  return `0: no active webhook of account ${accountId} wants ${type}`;
}

/** All or none of up to a thousand, as the HTTP API takes them; of more, a thousand at a time. */
async function sendBatch(flags: OutputFlags, path: string): Promise<void> {
  const lines = (await readSource(path)).split('\n').filter((line) => line.trim() !== '');
  const events = lines.map((line, index) => parseEvent(line, index + 1));
  const data = await withPosthorn(async ({ enqueueMany }) => {
    const enqueued: EnqueuedEvent[] = [];
    for (let from = 0; from < events.length; from += MAX_EVENTS) {
      enqueued.push(...(await enqueueMany(events.slice(from, from + MAX_EVENTS))));
    }
    return enqueued;
  });
  print(flags, { data }, () => {
    const deliveries = data.reduce((sum, event) => sum + event.deliveries, 0);
    const duplicates = data.filter(({ duplicate }) => duplicate).length;
    return `${data.length} events, ${duplicates} of them duplicates, with ${deliveries} deliveries`;
  });
}

function parseEvent(line: string, number: number): NewEvent {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new InvalidPayloadError(`line ${number} is not JSON: ${(cause as Error).message}`, {
      hint: 'use a document like {"type": "expense.created", "payload": {"id": 42}} on each line',
      cause,
    });
  }
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const event = await withPosthorn(({ events }) => events.get(id, scope));
  print(flags, event, () => {
    const { deliveries } = event;
    const counts = Object.entries(deliveries).filter(([, count]) => count > 0);
    const about = pairs([
      ['id', event.id],
      ['account', event.accountId],
      ['type', event.type],
      ['enqueued', time(event.createdAt)],
      ['idempotency key', event.idempotencyKey ?? 'none'],
      ['deliveries', counts.map(([status, count]) => `${count} ${status}`).join(', ') || 'none'],
    ]);
    return `${about}\n\n${JSON.stringify(event.payload, null, 2)}`;
  });
}

async function readPayload({ payload, payloadFile }: SendFlags): Promise<unknown> {
  const json = payloadFile === undefined ? (payload ?? 'null') : await readSource(payloadFile);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new InvalidPayloadError(`the payload is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function readSource(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (cause) {
    throw new InvalidPayloadError(`the payload can't be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
