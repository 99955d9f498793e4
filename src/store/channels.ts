import type { NoticeType } from '../domain/notice.js';
import type { Channel as ChannelRow } from './generated/client.js';
import type { ChannelKind } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';
import { scoped } from './webhooks.js';

/** A channel as the ledger keeps it. */
export interface StoredChannel {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly recipients: readonly string[];
  readonly sealedUrl: string | null;
  readonly noticeTypes: readonly NoticeType[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What its owner sets of a channel. */
export type ChannelColumns = Pick<
  StoredChannel,
  'name' | 'kind' | 'recipients' | 'sealedUrl' | 'noticeTypes'
>;

export interface ChannelFilter extends PageRequest {
  readonly accountId?: string | undefined;
}

export async function insertChannel(
  ledger: Ledger,
  channel: ChannelColumns & { readonly id: string; readonly accountId: string },
  now: Date,
): Promise<StoredChannel> {
  const { recipients, noticeTypes, ...columns } = channel;
  const row = await ledger.channel.create({
    data: {
      ...columns,
      recipients: [...recipients],
      noticeTypes: [...noticeTypes],
      createdAt: now,
      updatedAt: now,
    },
  });
  return toChannel(row);
}

export async function findChannel(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<StoredChannel | undefined> {
  const row = await ledger.channel.findFirst({ where: scoped(id, accountId) });
  return row === null ? undefined : toChannel(row);
}

export function listChannels(ledger: Ledger, filter: ChannelFilter): Promise<Page<StoredChannel>> {
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.channel.findMany({
        where: {
          ...(filter.accountId === undefined ? {} : { accountId: filter.accountId }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    toChannel,
  );
}

/** Changes a channel; undefined where there is none. */
export async function updateChannel(
  ledger: Ledger,
  id: string,
  changes: Partial<Omit<ChannelColumns, 'kind'>>,
  options: { readonly accountId?: string | undefined; readonly now: Date },
): Promise<StoredChannel | undefined> {
  const { recipients, noticeTypes, ...columns } = changes;
  const { count } = await ledger.channel.updateMany({
    where: scoped(id, options.accountId),
    data: {
      ...columns,
      ...(recipients === undefined ? {} : { recipients: [...recipients] }),
      ...(noticeTypes === undefined ? {} : { noticeTypes: [...noticeTypes] }),
      updatedAt: options.now,
    },
  });
  return count === 0 ? undefined : findChannel(ledger, id);
}

/** Deletes a channel with the messages that wait for it; false where there is none. */
export async function deleteChannel(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<boolean> {
  const { count } = await ledger.channel.deleteMany({ where: scoped(id, accountId) });
  return count > 0;
}

/** The channels with a sealed URL in the order of their ids, those after `after`. */
export async function readSealedChannels(
  ledger: Ledger,
  after: string,
  limit: number,
): Promise<{ readonly id: string; readonly sealed: string }[]> {
  const rows = await ledger.channel.findMany({
    where: { id: { gt: after }, sealedUrl: { not: null } },
    orderBy: { id: 'asc' },
    take: limit,
  });
  return rows.map(({ id, sealedUrl }) => ({ id, sealed: sealedUrl ?? '' }));
}

/** Replaces a channel's sealed URL where it is still the one that was read. */
export async function resealChannel(
  ledger: Ledger,
  id: string,
  change: { readonly before: string; readonly after: string },
): Promise<boolean> {
  const { count } = await ledger.channel.updateMany({
    where: { id, sealedUrl: change.before },
    data: { sealedUrl: change.after },
  });
  return count > 0;
}

function toChannel(row: ChannelRow): StoredChannel {
  return { ...row, noticeTypes: row.noticeTypes as NoticeType[] };
}
