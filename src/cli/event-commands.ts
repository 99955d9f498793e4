import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { InvalidPayloadError } from '../domain/errors.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print } from './output.js';

interface SendFlags extends OutputFlags {
  readonly account?: string;
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly idempotencyKey?: string;
}

/** `posthorn event …` */
export function eventCommands(): Command {
  return new Command('event')
    .description('enqueue events')
    .addCommand(
      createCommand('send <type>', 'enqueue one event', send)
        .option('--account <id>', 'the account whose webhooks are told')
        .option('--payload <json>', 'the payload, as JSON; null if none')
        .option('--payload-file <path>', 'a file that holds the payload; - for standard input')
        .option(
          '--idempotency-key <key>',
          'a second event of the account with this key is not sent',
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
      ['deliveries', String(enqueued.deliveries)],
      ['duplicate', enqueued.duplicate ? 'yes: the key was used before' : 'no'],
    ]),
  );
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
