import type { ReactElement } from 'react';
import { useTyping } from 'trpc-rooms/react';
import type { ChatRoom } from './client.ts';
import { useTexts } from './languages.ts';

/** Who types just now. */
export function TypingLine({ room }: { room: ChatRoom | undefined }): ReactElement {
  const texts = useTexts();
  const { users, count } = useTyping(room);
  const names = users.map(({ name }) => name);
  return (
    <p className="typing" aria-live="off">
      {count > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {texts.typing(names, count)}
        </>
      )}
    </p>
  );
}
