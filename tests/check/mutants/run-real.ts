import { runReal } from '../../../check/real/real-run.ts';

// Runs real processes, all of them with the bug, and says what was found.
const [, , seed, seconds] = process.argv;
const verdict = await runReal({ seed: String(seed), durationMs: Number(seconds) * 1_000 });
const kinds = [...new Set(verdict.anomalies.map(({ kind }) => kind))];
process.stdout.write(`${JSON.stringify({ plans: 1, kinds, what: verdict.anomalies[0]?.what })}\n`);
process.exit(0);
