// Draws a scenario's medians as bars, with a line from the least to the most of the rounds.

const WIDTH = 640;
const BAR = 26;
const LEFT = 230;
const GAP = 46;

/** An SVG document with a group of bars for each figure. */
export function plot({ title, columns, rows }) {
  const groups = columns.map((column) => drawGroup(column, rows));
  let y = 50;
  const placed = groups.map(({ height, content }) => {
    const at = y;
    y += height + GAP;
    return `<g transform="translate(0 ${at})">${content}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600">${escapeXml(title)}</text>`,
    ...placed,
    '</svg>',
    '',
  ].join('\n');
}

function drawGroup({ name, label, digits = 0 }, rows) {
  const values = rows.map(({ rounds }) => rounds.map((round) => round[name]));
  const most = Math.max(...values.flat().filter(Number.isFinite), Number.MIN_VALUE);
  const x = (value) => LEFT + (value / most) * (WIDTH - LEFT - 90);
  const bars = rows.map(({ peer, medians }, index) => {
    const own = values[index].filter(Number.isFinite);
    const y = 12 + index * BAR;
    const middle = y + BAR / 2;
    const peerText = `<text x="${LEFT - 8}" y="${middle + 2}" text-anchor="end">${escapeXml(peer)}</text>`;
    if (own.length === 0) return peerText;
    const value = medians[name];
    return [
      peerText,
      `<rect x="${LEFT}" y="${y + 3}" width="${(x(value) - LEFT).toFixed(1)}" height="${BAR - 9}" fill="#3b6ea8"/>`,
      `<path d="M${x(Math.min(...own)).toFixed(1)} ${middle}H${x(Math.max(...own)).toFixed(1)}" stroke="#222"/>`,
      `<text x="${(x(Math.max(...own)) + 6).toFixed(1)}" y="${middle + 2}">${value.toFixed(digits)}</text>`,
    ].join('');
  });
  const heading = `<text x="16" y="0" font-weight="600">${escapeXml(label)}</text>`;
  return { height: 12 + rows.length * BAR, content: heading + bars.join('') };
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
