/** Numbers that stand up to a machine that others use too. */

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @returns {{ median: number, low: number, high: number, least: number, most: number }} low to high is the middle half */
export function summary(values) {
  return {
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/** Linear between the neighbours. */
function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

/** A new array in random order. */
export function shuffled(values) {
  const rest = [...values];
  for (let last = rest.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [rest[last], rest[other]] = [rest[other], rest[last]];
  }
  return rest;
}
