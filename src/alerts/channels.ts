import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { AddressPolicy } from '../domain/address.js';
import type { Clock } from '../domain/clock.js';
import { missing, refuseField } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { nameOf } from '../domain/field-checks.js';
import { isId, newId } from '../domain/id.js';
import { NOTICE_TYPES, type NoticeType } from '../domain/notice.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { UrlRules } from '../domain/url-rules.js';
import { parseWebhookUrl } from '../domain/webhook-url.js';
import {
  type ChannelFilter,
  deleteChannel,
  findChannel,
  insertChannel,
  listChannels,
  type StoredChannel,
  updateChannel,
} from '../store/channels.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';
import type { ChannelSender } from './channel-sender.js';

/** What channels take: all notices but those of single deliveries, which would be too many. */
export const CHANNEL_NOTICE_TYPES = NOTICE_TYPES.filter((type) => type !== 'delivery.exhausted');

/** Where an account's notices are sent, as the API and the library show it. */
export interface Channel {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly kind: 'email' | 'slack';
  /** Addresses, of an e-mail channel. */
  readonly recipients: readonly string[];
  /** The origin of a Slack-compatible incoming webhook; the rest of it is a secret. */
  readonly url: string | null;
  /** What it takes; empty for everything. */
  readonly noticeTypes: readonly NoticeType[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What its owner gives. */
export interface ChannelInput {
  /** For people, 1 to 100 characters. */
  readonly name: string;
  readonly kind: 'email' | 'slack';
  /** 1 to 20 addresses, of an e-mail channel. */
  readonly recipients?: readonly string[] | undefined;
  /** Of a Slack-compatible incoming webhook. */
  readonly url?: string | undefined;
  /** What it takes; everything where left out or empty. */
  readonly noticeTypes?: readonly NoticeType[] | undefined;
}

/** Makes, changes and tries channels. Unknown ids throw `NotFoundError`. */
export interface Channels {
  create(input: ChannelInput & AccountScope): Promise<Channel>;
  get(id: string, scope?: AccountScope): Promise<Channel>;
  /** A page of channels, newest first. */
  list(filter?: ChannelFilter): Promise<Page<Channel>>;
  /** Changes what is given; a channel keeps its kind. */
  update(
    id: string,
    changes: Partial<Omit<ChannelInput, 'kind'>>,
    scope?: AccountScope,
  ): Promise<Channel>;
  /** Deletes it, with the messages that wait for it. */
  delete(id: string, scope?: AccountScope): Promise<void>;
  /** Sends a message to it now, and says what came of it. */
  test(
    id: string,
    scope?: AccountScope,
  ): Promise<{ readonly ok: boolean; readonly error: string | null }>;
}

const MOST_RECIPIENTS = 20;

/** One address without a display name; what SMTP commands are made of must hold no space or bracket. */
const ADDRESS = /^[^\s<>(),;:"\\@[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

export function createChannels(options: {
  ledger: Ledger;
  secretBox: SecretBox;
  isAllowed: AddressPolicy;
  urlRules: UrlRules;
  /** Whether e-mail can be sent. */
  hasMail: boolean;
  sender: ChannelSender;
  clock: Clock;
  log: Logger;
}): Channels {
  const { ledger, secretBox, isAllowed, urlRules, hasMail, sender, clock, log } = options;

  function show({ sealedUrl, ...channel }: StoredChannel): Channel {
    const url = sealedUrl === null ? null : `${new URL(secretBox.open(sealedUrl)).origin}/…`;
    return { ...channel, url };
  }

  async function find(id: string, { accountId }: AccountScope): Promise<StoredChannel> {
    const found = isId('chn_', id) ? await findChannel(ledger, id, accountId) : undefined;
    return found ?? missing('channel', id);
  }

  function checkTarget(kind: 'email' | 'slack', input: Partial<ChannelInput>) {
    const { recipients, url } = input;
    if (kind === 'email') {
      if (url !== undefined) refuseField('url', 'an e-mail channel has recipients, no url');
      if (!hasMail) {
        refuseField('kind', 'no e-mail can be sent: POSTHORN_SMTP_URL is not set');
      }
      return recipients === undefined ? {} : { recipients: checkRecipients(recipients) };
    }
    if (recipients !== undefined)
      refuseField('recipients', 'a slack channel has a url, no recipients');
    if (url === undefined) return {};
    return { sealedUrl: secretBox.seal(parseWebhookUrl(url, isAllowed, urlRules).href) };
  }

  return {
    async create({ accountId = DEFAULT_ACCOUNT, ...input }) {
      const name = nameOf('name', input.name);
      const { kind } = input;
      if (kind !== 'email' && kind !== 'slack') refuseField('kind', 'not one of email, slack');
      if (kind === 'email' && input.recipients === undefined)
        refuseField('recipients', 'is needed');
      if (kind === 'slack' && input.url === undefined) refuseField('url', 'is needed');
      const now = clock();
      const channel = await insertChannel(
        ledger,
        {
          id: newId('chn_', now),
          accountId: checkKey('accountId', accountId),
          name,
          kind,
          recipients: [],
          sealedUrl: null,
          ...checkTarget(kind, input),
          noticeTypes: checkNoticeTypes(input.noticeTypes ?? []),
        },
        now,
      );
      log.info({ channelId: channel.id, accountId, kind }, 'channel made');
      return show(channel);
    },

    get: async (id, scope = {}) => show(await find(id, scope)),

    async list(filter = {}) {
      const page = await listChannels(ledger, filter);
      return { ...page, data: page.data.map(show) };
    },

    async update(id, changes, scope = {}) {
      const { kind } = await find(id, scope);
      const { name, noticeTypes } = changes;
      const columns = {
        ...(name === undefined ? {} : { name: nameOf('name', name) }),
        ...(noticeTypes === undefined ? {} : { noticeTypes: checkNoticeTypes(noticeTypes) }),
        ...checkTarget(kind, changes),
      };
      const changed = await updateChannel(ledger, id, columns, { ...scope, now: clock() });
      const channel = changed ?? missing('channel', id);
      log.info({ channelId: id, accountId: channel.accountId }, 'channel changed');
      return show(channel);
    },

    async delete(id, scope = {}) {
      const { id: known, accountId } = await find(id, scope);
      if (!(await deleteChannel(ledger, known, scope.accountId))) missing('channel', id);
      log.info({ channelId: id, accountId }, 'channel deleted');
    },

    async test(id, scope = {}) {
      const channel = await find(id, scope);
      const now = clock();
      const error = await sender.send(
        { channelId: id, ...channel },
        {
          id: newId('msg_', now),
          type: 'test',
          accountId: channel.accountId,
          webhookId: null,
          at: now,
          actor: 'posthorn',
          detail: `somebody asked for a test of the channel ${channel.name}`,
          data: {},
        },
      );
      return { ok: error === null, error };
    },
  };
}

function checkRecipients(recipients: readonly string[]): readonly string[] {
  const fits =
    Array.isArray(recipients) && recipients.length >= 1 && recipients.length <= MOST_RECIPIENTS;
  if (!fits) refuseField('recipients', `a list of 1 to ${MOST_RECIPIENTS} addresses fits`);
  for (const recipient of recipients) {
    if (typeof recipient !== 'string' || !ADDRESS.test(recipient)) {
      refuseField('recipients', `${JSON.stringify(recipient)} is no address, like ops@example.com`);
    }
  }
  return [...recipients];
}

function checkNoticeTypes(types: readonly NoticeType[]): readonly NoticeType[] {
  if (!Array.isArray(types)) refuseField('noticeTypes', 'not a list');
  for (const type of types) {
    if (!CHANNEL_NOTICE_TYPES.includes(type)) {
      refuseField(
        'noticeTypes',
        `${JSON.stringify(type)} is not one of ${CHANNEL_NOTICE_TYPES.join(', ')}`,
      );
    }
  }
  return [...new Set(types)];
}
