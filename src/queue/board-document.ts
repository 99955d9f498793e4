import { createHash } from 'node:crypto';

/** The styles that Bull Board's pages write into the document: the colours of an icon, and a hidden scroll bar. */
const WRITTEN_STYLES = [
  `
      .rds-b1 {fill: #ae7d83}
      .rds-b2 {fill: #c29ea2}
      .rds-b3 {fill: #e2d0d2}

      .dark-mode .rds-b1 {fill: #a26169}
      .dark-mode .rds-b2 {fill: #7b4a50}
      .dark-mode .rds-b3 {fill: #514042}
    `,
  '.base-ui-disable-scrollbar{scrollbar-width:none}.base-ui-disable-scrollbar::-webkit-scrollbar{display:none}',
];

/** These styles, and no other, as a Content-Security-Policy allows them. */
export const STYLE_SOURCES = WRITTEN_STYLES.map(
  (style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
).join(' ');

/**
 * Writes the document of Bull Board's pages: the scripts and styles that its own names, without the font from
 * elsewhere and without what is written into the document, so that the strictest policy holds.
 *
 * @param view Bull Board's own template
 * @param path where the board is, with a slash at its end
 */
export function boardDocument(view: string, path: string, uiConfig: object): string {
  const scripts = filesOf(view, /<script[^>]* src="(static\/js\/[\w.-]+\.js)"/g);
  const styles = filesOf(view, /<link[^>]* href="(static\/css\/[\w.-]+\.css)"/g);
  // It is data and never run, but must not end its element.
  const config = JSON.stringify(uiConfig).replace(/</g, '\\u003c');
  return [
    '<!doctype html>',
    '<html lang="en" dir="ltr">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<base href="${path}">`,
    '<title>Posthorn queues</title>',
    '<link rel="icon" type="image/svg+xml" href="static/images/logo.svg">',
    ...styles.map((file) => `<link rel="stylesheet" href="${file}">`),
    '</head>',
    '<body class="preload">',
    `<script id="__UI_CONFIG__" type="application/json">${config}</script>`,
    '<div id="root"></div>',
    ...scripts.map((file) => `<script defer src="${file}"></script>`),
    '</body>',
    '</html>',
  ].join('\n');
}

function filesOf(view: string, pattern: RegExp): string[] {
  const files = [...view.matchAll(pattern)].map(([, file = '']) => file);
  if (files.length === 0) throw new Error(`Bull Board's template names no file like ${pattern}`);
  return files;
}
