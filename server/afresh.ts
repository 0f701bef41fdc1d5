/** Runs `work` for whoever asks, one run at a time: who asks while one is under way shares the next one with all
 *  others who do. It begins after each of them has asked, so none is given what was looked at before. */
export function afresh<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    const run = work();
    running = run;
    const end = () => {
      if (running === run) running = undefined;
    };
    run.then(end, end);
    return run;
  };
  return () => {
    if (next) return next;
    if (!running) return start();
    return (next = running.then(start, start));
  };
}
