// Prints what a scenario found.

/** A table: each peer a row, each figure a column. */
export function table({ title, columns, rows }) {
  const header = ['', ...columns.map(({ label }) => label)];
  const body = rows.map(({ peer, medians }) => [
    peer,
    ...columns.map(({ name, digits = 0 }) => format(medians[name], digits)),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...body].map((row) => row[column].length)),
  );
  const lines = [header, ...body].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
      )
      .join('  '),
  );
  return [title, ...lines].join('\n');
}

function format(value, digits) {
  if (value === undefined || Number.isNaN(value)) return '-';
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** One line for each target. */
export function verdicts(targets) {
  return targets
    .map(({ what, value, bound, atLeast }) => {
      const met = atLeast ? value >= bound : value <= bound;
      const shown = `${value.toFixed(3)} (target ${atLeast ? '≥' : '≤'} ${bound})`;
      return `${met ? 'met   ' : 'missed'}  ${what}: ${shown}`;
    })
    .join('\n');
}
