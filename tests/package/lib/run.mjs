/** Runs a program to its end. */

import { execFile } from "node:child_process";

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeout?: number }} [options] the time limit is in milliseconds
 * @returns {Promise<{ status: number, stdout: string, stderr: string }>} also when it fails: the caller looks at the status
 */
export function run(program, args, { cwd, env, timeout = 240_000 } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26, timeout };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** The same, for programs that must succeed; answers with what was printed. */
export async function output(program, args, options) {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}
