// Draws figures over time as lines, one chart for each kind of figure.

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 60;
const RIGHT = 110;
const COLOURS = ['#3b6ea8', '#b5532b', '#4f8a3d', '#7a4f9e'];

/**
 * An SVG document. `samples` have `at` in `unit`s, minutes where left out, and a number for each key of the charts' lines.
 */
export function plotLines({ title, charts, samples, unit = 'min' }) {
  const step = HEIGHT + 50;
  const height = 50 + charts.length * step;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600">${title}</text>`,
    ...charts.map(
      (chart, index) =>
        `<g transform="translate(0 ${60 + index * step})">${drawChart(chart, samples, unit)}</g>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function drawChart({ label, lines }, samples, unit) {
  const all = lines.flatMap(({ key }) => samples.map((each) => each[key]));
  const most = Math.max(...all, 1) * 1.1;
  const last = samples.at(-1).at;
  const x = (at) => LEFT + (at / last) * (WIDTH - LEFT - RIGHT);
  const y = (value) => 12 + (1 - value / most) * (HEIGHT - 12);
  const drawn = lines.map(({ name, key }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = samples.map((each) => `${x(each.at).toFixed(1)},${y(each[key]).toFixed(1)}`);
    const end = y(samples.at(-1)[key]);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.3"/><text x="${WIDTH - RIGHT + 6}" y="${(end + 4).toFixed(1)}" fill="${colour}">${name}</text>`;
  });
  const ticks = [0, most / 2, most].map(
    (value) =>
      `<text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end" fill="#555">${value.toFixed(0)}</text><path d="M${LEFT} ${y(value).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
  );
  const axis = `<text x="${LEFT}" y="${HEIGHT + 16}" fill="#555">0 ${unit}</text><text x="${WIDTH - RIGHT}" y="${HEIGHT + 16}" text-anchor="end" fill="#555">${last.toFixed(0)} ${unit}</text>`;
  return `<text x="16" y="0" font-weight="600">${label}</text>${ticks.join('')}${drawn.join('')}${axis}`;
}
