/** The results, to be read. */

const number = (value) => value.toFixed(value < 10 ? 2 : 1);
const times = (value) => `${value.toFixed(value < 20 ? 2 : 1)}x`;

/** Columns as wide as their widest cell; the first `left` of them are text. */
function table(rows, left) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const padded = (cell, column) => (column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}

/** @param {Record<string, object[]>} measured evaluated fields by runtime */
export function resultsTable(measured) {
  const rows = [["runtime", "workload", "contestant", "µs/token", "middle half", "by ours"]];
  for (const [runtime, fields] of Object.entries(measured)) {
    for (const { workload, tokenBytes, contestants } of fields) {
      const place = [runtime, `${workload}, ${tokenBytes} bytes`];
      for (const { name, microseconds: { median, low, high }, ratio } of contestants) {
        const spread = `${number(low)} – ${number(high)}`;
        rows.push([...place, name, number(median), spread, ratio ? times(ratio.median) : ""]);
      }
    }
  }
  return table(rows, 3);
}

/** Who did not run, and why. */
export function remarks(measured) {
  const lines = [];
  for (const [runtime, fields] of Object.entries(measured)) {
    for (const { workload, skipped } of fields) {
      for (const { name, why } of skipped) lines.push(`${runtime}, ${workload}: no “${name}”: ${why}`);
    }
  }
  return lines.join("\n");
}

export function targetsTable(judgements) {
  const rows = [["runtime", "workload", "beside", "target", "measured", "verdict"]];
  for (const { runtime, workload, peer, atLeast, atMost, stretch, measured, verdict } of judgements) {
    const limit = atLeast === undefined ? `<= ${times(atMost)}` : `>= ${times(atLeast)}`;
    const target = stretch === undefined ? limit : `${limit} (${times(stretch)})`;
    rows.push([runtime, workload, peer, target, measured === undefined ? "-" : times(measured), verdict]);
  }
  return table(rows, 4);
}
