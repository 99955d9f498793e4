// Prints "N passed, N failed" from vitest's JSON report, whose path is the first argument. Exits with 1
// where there is no report, because then no test ran.
import { readFileSync } from 'node:fs';

/** Reads the report; undefined where vitest wrote none. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const report = readReport(process.argv[2]);
if (report === undefined) {
  console.error('vitest wrote no report: no test ran');
  console.log('0 passed, 0 failed');
  process.exit(1);
}

// A file that fails outside its tests, for instance in an import, has no failed test to count.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
for (const { name, message } of brokenFiles)
  console.error(`failed as a whole: ${name}: ${message}`);
console.log(
  `${report.numPassedTests} passed, ${report.numFailedTests + brokenFiles.length} failed`,
);
if (report.numPassedTests === 0) process.exit(1);
