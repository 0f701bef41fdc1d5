import { useContext, type ReactElement } from 'react';
import { momentText } from './dates.ts';
import { errorText } from './error-text.ts';
import { Icon } from './icons.tsx';
import { Language } from './languages.ts';
import type { MessageActions } from './message-actions.ts';
import type { PendingItem, StoredItem } from './message-row.tsx';

/** What has been done to a message, and what answers it. */
export function Marks(props: {
  item: StoredItem;
  user: { readonly id: string };
  actions: MessageActions;
}): ReactElement | null {
  const { item, user, actions } = props;
  const { code, texts } = useContext(Language);
  if (!item.editedAt && item.reactions.length === 0 && item.replies === 0) return null;
  return (
    <div className="marks">
      {item.editedAt && (
        <span className="edited" title={momentText(item.editedAt, code)}>
          {texts.edited}
        </span>
      )}
      {item.reactions.map((reaction) => {
        const { name, count, users } = reaction;
        const isOwn = users.some(({ id }) => id === user.id);
        const who = users.map((one) => one.name).join(', ');
        return (
          <button
            key={name}
            type="button"
            className={`reaction ${isOwn ? 'own' : ''}`}
            aria-pressed={isOwn}
            aria-label={texts.reaction(name, count, who)}
            title={who}
            onClick={() => actions.toggle(item, reaction)}
          >
            <span>{name}</span> {count}
          </button>
        );
      })}
      {item.replies > 0 && <span className="replies">{texts.replies(item.replies)}</span>}
    </div>
  );
}

/** What becomes of a message that is not stored yet. */
export function Fate({
  item,
  actions,
}: {
  item: PendingItem;
  actions: MessageActions;
}): ReactElement {
  const { texts } = useContext(Language);
  if (item.state !== 'failed') {
    return (
      <p className="fate">
        <Icon name="clock" />
        {item.state === 'queued' ? texts.queued : texts.sending}
        {item.state === 'queued' && (
          <button type="button" className="link" onClick={() => actions.discard(item.key)}>
            {texts.takeBack}
          </button>
        )}
      </p>
    );
  }
  const why = item.error && errorText(item.error, texts);
  return (
    <p className="fate failed">
      <Icon name="alert" />
      {why ? `${texts.failed}: ${why}` : texts.failed}
      <button type="button" className="link" onClick={() => actions.retry(item.key)}>
        {texts.retry}
      </button>
      <button type="button" className="link" onClick={() => actions.discard(item.key)}>
        {texts.discard}
      </button>
    </p>
  );
}
