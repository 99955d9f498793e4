/** Callers that come while a call is under way wait for it, so that a server that hangs gets one only. */
export function oneAtATime<Answer>(call: () => Promise<Answer>): () => Promise<Answer> {
  let underWay: Promise<Answer> | undefined;
  return () => {
    underWay ??= call().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
