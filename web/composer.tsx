import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';
import { usePage } from './page-context.ts';
import type { Writing } from './writing.ts';

/** The longest message, in UTF-16 units: the contract says so. */
export const MOST_CHARACTERS = 4_000;
// More than that is no message that somebody would shorten by hand.
const MOST_PASTED = 20_000;
const WARN_AT = 400;

/** Where one writes: Enter sends, Shift with it begins another line, Escape gives up. */
export function Composer(props: {
  title: string;
  writing: Writing;
  draft: string;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
  onTyping: (isTyping: boolean) => void;
  onCancel: () => void;
  onEditLast: () => void;
}): ReactElement {
  const { title, writing, draft, onDraft, onSend, onTyping, onCancel } = props;
  const texts = useTexts();
  const { say } = usePage();
  const field = useRef<HTMLTextAreaElement>(null);
  const [isOnPhone] = useState(() => matchMedia('(pointer: coarse)').matches);
  const text = draft.trim();
  const over = text.length - MOST_CHARACTERS;
  const canSend = text !== '' && over <= 0;

  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.height = 'auto';
    current.style.height = `${Math.min(current.scrollHeight, 200)}px`;
  }, [draft]);
  useEffect(() => {
    if (!isOnPhone || writing.to !== 'room') field.current?.focus();
  }, [writing, isOnPhone]);

  const write = (value: string) => {
    if (value.length > MOST_PASTED) say(texts.cut);
    const next = value.length > MOST_PASTED ? value.slice(0, MOST_CHARACTERS) : value;
    onDraft(next);
    onTyping(next.trim() !== '' && writing.to !== 'edit');
  };
  const send = () => {
    if (canSend) onSend(text);
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    // While a character is being composed Enter chooses it.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !isOnPhone) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && writing.to !== 'room') onCancel();
    else if (event.key === 'ArrowUp' && draft === '' && writing.to === 'room') {
      event.preventDefault();
      props.onEditLast();
    }
  };
  const label = writing.to === 'edit' ? texts.editing : texts.writeTo(title);
  return (
    <form
      className="composer"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {writing.to !== 'room' && <About writing={writing} onCancel={onCancel} />}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={draft}
          dir="auto"
          placeholder={label}
          aria-label={label}
          aria-invalid={over > 0}
          enterKeyHint="send"
          onChange={({ target }) => write(target.value)}
          onKeyDown={press}
          onBlur={() => onTyping(false)}
        />
        {over > -WARN_AT && (
          <span className={over > 0 ? 'count error' : 'count'} role="status">
            {over > 0 ? texts.tooLong(over) : texts.left(-over)}
          </span>
        )}
        <button
          type="submit"
          className="send"
          disabled={!canSend}
          aria-label={writing.to === 'edit' ? texts.save : texts.send}
        >
          <Icon name={writing.to === 'edit' ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  );
}

function About({
  writing,
  onCancel,
}: {
  writing: Exclude<Writing, { to: 'room' }>;
  onCancel: () => void;
}) {
  const texts = useTexts();
  const { to, message } = writing;
  return (
    <div className="about">
      <Icon name={to === 'edit' ? 'edit' : 'reply'} />
      <span className="about-text">
        <strong>{to === 'edit' ? texts.editing : texts.replyTo(message.by.name)}</strong>
        <span className="muted">{message.data?.text}</span>
      </span>
      <IconButton icon="close" label={texts.cancel} onClick={onCancel} />
    </div>
  );
}
