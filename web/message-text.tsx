import { memo, useMemo, type ReactElement } from 'react';
import { isEmojiOnly, linkParts, shownText } from './links.ts';

/** What a message says: text as it is, and its links. */
export const MessageText = memo(function MessageText({ text }: { text: string }): ReactElement {
  const parts = useMemo(() => linkParts(shownText(text)), [text]);
  return (
    <div className={isEmojiOnly(text) ? 'text emoji' : 'text'} dir="auto">
      {parts.map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          // The parts of one text stand where they stand.
          // oxlint-disable-next-line react/no-array-index-key
          <a
            key={index}
            href={part.href}
            title={part.href}
            target="_blank"
            rel="noopener noreferrer"
          >
            {part.text}
          </a>
        ),
      )}
    </div>
  );
});
