import {
  useCallback,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type WheelEvent,
} from 'react';

/** Whether the reader stays with the newest message: until he himself scrolls away, and again from when he is back
 *  there. The list alone cannot tell: in a busy room the newest is out of sight for a moment all the time. */
export function useSticking() {
  const isStuck = useRef(true);
  const [isAtNewest, setAtNewest] = useState(true);
  const letGo = useCallback(() => {
    isStuck.current = false;
  }, []);
  return {
    isStuck,
    isAtNewest,
    /** What the list says of itself. */
    onAtBottom: useCallback((isThere: boolean) => {
      if (isThere) isStuck.current = true;
      setAtNewest(isThere || isStuck.current);
    }, []),
    stick: useCallback(() => {
      isStuck.current = true;
    }, []),
    /** For the element around the list. */
    handlers: {
      onWheel: (event: WheelEvent) => {
        if (event.deltaY < 0) letGo();
      },
      onTouchMove: letGo,
      onPointerDown: (event: PointerEvent) => {
        // The list itself and nothing in it: its scroll bar.
        const { target } = event;
        if (target instanceof HTMLElement && 'virtuosoScroller' in target.dataset) letGo();
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (['PageUp', 'Home', 'ArrowUp'].includes(event.key)) letGo();
      },
    },
  };
}
