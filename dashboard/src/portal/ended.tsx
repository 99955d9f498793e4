/** What there is to see without a session, or after it. */
export function Ended({ returnUrl }: { returnUrl: string | null }) {
  return (
    <main className="ended">
      <section className="card" role="status">
        <h1>This page has closed</h1>
        <p>
          For your safety it stays open for a limited time only.{' '}
          {returnUrl === null
            ? 'Go back to where you opened it, and open it again.'
            : 'Go back and open it again.'}
        </p>
        {returnUrl !== null && <Return url={returnUrl} />}
      </section>
    </main>
  );
}

/** The way back, out of an iframe too. */
export function Return({ url }: { url: string }) {
  return (
    <a className="return" href={url} target="_top" rel="noreferrer">
      ← Back to {new URL(url).host}
    </a>
  );
}
