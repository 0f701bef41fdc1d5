import { dispatch } from './dispatch.ts';
import { listenForInterrupts } from './interrupt.ts';

// What is open says goodbye by itself and lets the process end; whatever does not, is cut.
const GOODBYE_MS = 2_000;

// A reader that has read enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await dispatch(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: listenForInterrupts((code) => process.exit(code)),
});
setTimeout(() => process.exit(), GOODBYE_MS).unref();
