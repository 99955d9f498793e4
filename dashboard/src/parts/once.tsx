import { useState } from 'react';

/** What was just made and is shown this once. */
export function Once(props: { note: string; label: string; text: string; onDone: () => void }) {
  return (
    <>
      <p>{props.note}</p>
      <Secret label={props.label} text={props.text} />
      <div className="actions">
        <button type="button" className="primary" onClick={props.onDone}>
          Done
        </button>
      </div>
    </>
  );
}

/** Text that is to be copied. */
function Secret({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="secret">
      <span>{label}</span>
      <code>{text}</code>
      <button
        type="button"
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true));
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
