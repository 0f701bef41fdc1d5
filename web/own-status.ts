import { useEffect } from 'react';
import type { ChatRoom } from './client.ts';

const IDLE_MS = 5 * 60_000;

/** Says in a room that one is here, or away: when the page is hidden, or nothing was touched for 5 minutes. */
export function useOwnStatus(room: ChatRoom | undefined): void {
  useEffect(() => {
    if (!room) return;
    let said: 'here' | 'away' | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const tell = (status: 'here' | 'away') => {
      if (status === said) return;
      said = status;
      // It is said again with every connection.
      room.setPresence({ status }).catch(() => {});
    };
    const touch = () => {
      clearTimeout(timer);
      if (document.visibilityState !== 'visible') return tell('away');
      tell('here');
      timer = setTimeout(() => tell('away'), IDLE_MS);
    };
    touch();
    const types = ['pointerdown', 'keydown', 'focus'];
    for (const type of types) addEventListener(type, touch, { passive: true });
    document.addEventListener('visibilitychange', touch);
    return () => {
      clearTimeout(timer);
      for (const type of types) removeEventListener(type, touch);
      document.removeEventListener('visibilitychange', touch);
    };
  }, [room]);
}
