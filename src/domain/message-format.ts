import { discordMessage } from './discord-message.js';
import { eventText } from './event-text.js';
import type { Format } from './format.js';
import type { Message, MessageFormat, MessageInput } from './message.js';
import { compileRawFormat } from './raw-message.js';
import { signatureHeaders } from './signature.js';
import { slackMessage } from './slack-message.js';

/** Prepares a format for many messages. */
export function compileFormat(format: Format): MessageFormat {
  switch (format.kind) {
    case 'standard':
      return {
        kind: 'standard',
        hiddenHeaders: [],
        signatureHeaders: ['webhook-signature'],
        write: writeStandard,
      };
    case 'raw':
      return compileRawFormat(format);
    case 'slack':
    case 'discord': {
      const toMessage = format.kind === 'slack' ? slackMessage : discordMessage;
      return {
        kind: format.kind,
        hiddenHeaders: [],
        signatureHeaders: [],
        write: ({ event }) => ({ body: JSON.stringify(toMessage(eventText(event))), headers: {} }),
      };
    }
    default:
      return format satisfies never;
  }
}

/** Signs with every live secret. The payload goes in as it stands in the ledger, byte for byte. */
function writeStandard({ event, secrets, now }: MessageInput): Message {
  const type = JSON.stringify(event.type);
  const timestamp = JSON.stringify(event.createdAt.toISOString());
  const body = `{"type":${type},"timestamp":${timestamp},"data":${event.payloadJson}}`;
  const timestampSeconds = Math.floor(now.getTime() / 1_000);
  return {
    body,
    headers: { ...signatureHeaders({ secrets, id: event.id, timestampSeconds, body }) },
  };
}
