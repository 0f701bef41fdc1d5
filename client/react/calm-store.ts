import type { Store } from '../store.ts';

const EVERY_MS = 50;

/** A store whose listeners are called at most 20 times a second, the first time at once and always once more after
 *  the last change: nobody sees more than that, and a busy room changes hundreds of times. */
export function calmStore<T>(store: Store<T>): Store<T> {
  return {
    getSnapshot: () => store.getSnapshot(),
    subscribe: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isDue = false;
      const tell = () => {
        isDue = false;
        timer = setTimeout(() => {
          timer = undefined;
          if (isDue) tell();
        }, EVERY_MS);
        listener();
      };
      const undo = store.subscribe(() => {
        if (timer === undefined) tell();
        else isDue = true;
      });
      return () => {
        undo();
        clearTimeout(timer);
      };
    },
  };
}
