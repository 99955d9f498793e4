import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { parseVerifyingSecret } from '../domain/signing-secret.js';
import { abortOnSignals } from './abort-on-signals.js';
import { createCommand, withPosthorn } from './command.js';
import { commandName } from './command-name.js';
import { createForward } from './listen/forward.js';
import { type ListenReceiver, type Reception, startListenReceiver } from './listen/receiver.js';
import { receptionText } from './listen/reception-text.js';
import { httpUrl, wholeNumber } from './option-values.js';
import { type OutputFlags, pairs } from './output.js';
import { createPaint } from './paint.js';

interface ListenFlags extends OutputFlags {
  readonly port: number;
  readonly respond: number;
  readonly forward?: string;
  readonly secret?: string[];
  readonly secretFile?: string;
  readonly account: string;
  readonly eventType?: string[];
  readonly test: boolean;
  readonly count?: number;
}

/** What the receiver is and what it verifies with, once it listens. */
interface Listening {
  readonly url: string;
  /** Null where it verifies with secrets of elsewhere. */
  readonly webhookId: string | null;
  readonly secret: string | null;
}

/** The one address that this process delivers to, besides public ones. */
const LOOPBACK = '127.0.0.1/32';

/** `posthorn listen`: a receiver on this machine that shows what arrives, for people who write receivers. */
export function listenCommand(): Command {
  const description = 'receive webhooks on this machine, verify them and show what arrives';
  return createCommand('listen', description, listen, 'print JSON, one document a line')
    .option('--port <number>', 'where it listens; a free port if none', wholeNumber(0, 65_535), 0)
    .addOption(
      new Option('--respond <status>', 'what it answers to verified requests')
        .argParser(wholeNumber(200, 599))
        .default(204)
        .conflicts('forward'),
    )
    .option('--forward <url>', 'passes requests on, and answers as that endpoint does', httpUrl)
    .option('--account <id>', 'whose events it gets', 'default')
    .option('--event-type <type...>', 'event types it gets, like expense.*; every type if none')
    .option('--no-test', 'sends itself no test at the beginning')
    .option('--secret <secret...>', 'verifies with these, and registers no webhook')
    .option('--secret-file <path>', 'the same from a file, one a line')
    .option('--count <number>', 'ends after so many requests', wholeNumber(1, 1_000_000));
}

async function listen(flags: ListenFlags): Promise<void> {
  const secrets = await readSecrets(flags);
  const show = createShow(flags);
  const { signal, aborted, abort, restore } = abortOnSignals();
  let receptions = 0;
  const receiver = await startListenReceiver({
    port: flags.port,
    respond: flags.respond,
    forward: flags.forward === undefined ? undefined : createForward(flags.forward),
    onReception(reception) {
      receptions += 1;
      if (!signal.aborted) show.reception(reception);
      if (receptions === flags.count) abort();
    },
  });
  try {
    if (secrets.length === 0) await register(receiver, flags, { signal, aborted, show });
    else {
      receiver.trust(secrets);
      show.listening({ url: receiver.url, webhookId: null, secret: null });
      await aborted;
    }
  } finally {
    await receiver.stop();
    restore();
  }
}

/**
 * Registers the receiver as a webhook for as long as it listens. This process makes its deliveries itself, and
 * may reach nothing on this machine but the receiver's port, so that no worker has to be allowed to.
 */
async function register(
  receiver: ListenReceiver,
  { account: accountId, eventType: eventTypes, test }: ListenFlags,
  run: { signal: AbortSignal; aborted: Promise<void>; show: Show },
): Promise<void> {
  const { url, port } = receiver;
  const settings = { allowCidrs: LOOPBACK, ports: port, httpsOnly: 'off' };
  await withPosthorn(async ({ webhooks, tests, startListener, runJob }) => {
    await runJob('cleanup'); // of listeners that were killed
    if (run.signal.aborted) return;
    const description = 'posthorn listen';
    const receives = { format: { kind: 'standard' }, verification: 'none' } as const;
    const input = { url, accountId, eventTypes, description, ...receives };
    const { webhook, secret } = await webhooks.register(input);
    try {
      receiver.trust([secret]);
      await startListener(webhook.id);
      run.show.listening({ url, webhookId: webhook.id, secret });
      if (test) await tests.test(webhook.id);
      await run.aborted;
    } finally {
      await webhooks.delete(webhook.id);
    }
  }, settings);
}

async function readSecrets({ secret = [], secretFile }: ListenFlags): Promise<readonly string[]> {
  const lines = secretFile === undefined ? [] : (await readSecretFile(secretFile)).split('\n');
  const secrets = [...secret, ...lines.map((line) => line.trim()).filter((line) => line !== '')];
  if (secretFile !== undefined && secrets.length === 0) {
    throw new InvalidInputError(`--secret-file ${secretFile} holds no secret`);
  }
  for (const each of secrets) parseVerifyingSecret(each);
  return secrets;
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InvalidInputError(`the secret can't be read: ${(cause as Error).message}`, { cause });
  }
}

/** Shows what happens as it happens. */
interface Show {
  listening(listening: Listening): void;
  reception(reception: Reception): void;
}

function createShow(flags: ListenFlags): Show {
  const write = (text: string) => process.stdout.write(`${text}\n`);
  if (flags.json) {
    return {
      listening: (listening) => write(JSON.stringify({ kind: 'listening', ...listening })),
      reception: (reception) => write(JSON.stringify({ kind: 'request', ...reception })),
    };
  }
  const paint = createPaint(process.stdout);
  return {
    listening: (listening) => write(listeningText(listening, flags)),
    reception: (reception) => write(receptionText(reception, paint)),
  };
}

function listeningText({ url, webhookId, secret }: Listening, flags: ListenFlags): string {
  if (webhookId === null) return `listening at ${url}; Ctrl-C ends it\n`;
  const { account, eventType = [] } = flags;
  const command = commandName(process.env.npm_lifecycle_event);
  const scope = account === 'default' ? '' : ` --account ${account}`;
  const about = pairs([
    ['listening at', url],
    ['webhook', `${webhookId}, of account ${account}, until this ends`],
    ['event types', eventType.join(', ') || 'every type'],
    ['secret', secret ?? ''],
  ]);
  return `${about}\n\nCtrl-C ends it and removes the webhook. From another terminal:\n  ${command} event send expense.created${scope} --payload '{"id": 42}'\n`;
}
