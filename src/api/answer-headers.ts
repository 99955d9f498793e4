/** What every answer carries: browsers don't guess its type, and nobody keeps a copy. */
export const ANSWER_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;
