import { memo, useContext, type ReactElement } from 'react';
import type { MessageItem } from 'trpc-rooms/client';
import type { chat } from 'trpc-rooms/shared';
import { Avatar } from './avatar.tsx';
import { dayText, isOtherDay, momentText, shortTimeText, timeText } from './dates.ts';
import { IconButton } from './icon-button.tsx';
import { Icon, type IconName } from './icons.tsx';
import { Language } from './languages.ts';
import { Menu } from './menu.tsx';
import type { MessageActions } from './message-actions.ts';
import { Fate, Marks } from './message-marks.tsx';
import { MessageText } from './message-text.tsx';

/** One line of the timeline. */
export type Item = MessageItem<typeof chat>;
/** A message that the room has. */
export type StoredItem = Extract<Item, { state: 'stored' }>;
/** A message that it has not yet, or has refused. */
export type PendingItem = Exclude<Item, StoredItem>;

/** One message, with what stands above it: its day, where the new ones begin. */
export interface MessageRowProps {
  readonly item: Item;
  /** The message before it. */
  readonly before: Item | undefined;
  readonly isFirstNew: boolean;
  /** What stands above the very first message of the room. */
  readonly beginning: string | undefined;
  readonly user: { readonly id: string; readonly name: string };
  /** May he change and remove what others said? */
  readonly isModerator: boolean;
  /** What it answers, as far as that is here. */
  readonly answered: StoredItem | undefined;
  /** What became of it, below one's own newest. */
  readonly fate: string | undefined;
  readonly actions: MessageActions;
}

const GROUP_MS = 5 * 60_000;
/** What one may react with by a click. */
const REACTIONS = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactElement {
  const { item, before, isFirstNew, beginning, user } = props;
  const { code, texts } = useContext(Language);
  const by = authorOf(item, user);
  const isNewDay = !before || isOtherDay(before.at, item.at);
  const isGrouped = !isNewDay && !isFirstNew && continues(before, item, user);
  return (
    <>
      {beginning !== undefined && <p className="beginning">{beginning}</p>}
      {isNewDay && (
        <div className="day" role="presentation">
          <span>{dayText(item.at, new Date(), { code, texts })}</span>
        </div>
      )}
      {isFirstNew && (
        <div className="new-line" role="separator" aria-label={texts.newMessages}>
          <span aria-hidden="true">{texts.newMessages}</span>
        </div>
      )}
      <article
        className={`message ${isGrouped ? 'grouped' : ''} ${item.state}`}
        tabIndex={-1}
        aria-label={`${by.name}, ${timeText(item.at, code)}`}
        data-key={keyOf(item, user)}
      >
        <div className="side">
          {isGrouped ? (
            <time className="hover-time">{shortTimeText(item.at, code)}</time>
          ) : (
            <Avatar user={by} />
          )}
        </div>
        <div className="content">
          {!isGrouped && (
            <div className="head">
              <bdi className="name">{by.name}</bdi>
              <time dateTime={item.at.toISOString()} title={momentText(item.at, code)}>
                {timeText(item.at, code)}
              </time>
            </div>
          )}
          <Body {...props} />
        </div>
        {item.state === 'stored' && !item.isRemoved && <Tools {...props} item={item} />}
      </article>
    </>
  );
});

function Body(props: MessageRowProps): ReactElement {
  const { item, answered, actions, fate } = props;
  const { texts } = useContext(Language);
  if (item.state === 'stored' && item.isRemoved) {
    return <p className="text removed">{texts.removed}</p>;
  }
  return (
    <>
      {item.replyTo !== undefined && (
        <button
          type="button"
          className="quote"
          onClick={() => item.replyTo !== undefined && actions.show(item.replyTo)}
        >
          <Icon name="reply" />
          <bdi className="name">{answered?.by.name ?? texts.olderMessage}</bdi>
          <span className="quoted">
            {answered?.isRemoved ? texts.removed : (answered?.data?.text ?? '')}
          </span>
        </button>
      )}
      <MessageText text={item.data?.text ?? ''} />
      {item.state === 'stored' ? (
        <Marks {...props} item={item} />
      ) : (
        <Fate item={item} actions={actions} />
      )}
      {fate !== undefined && (
        <p className="fate">
          <Icon name="check" />
          {fate}
        </p>
      )}
    </>
  );
}

function Tools(props: MessageRowProps & { item: StoredItem }): ReactElement {
  const { item, user, isModerator, actions } = props;
  const { texts } = useContext(Language);
  const isOwn = item.by.id === user.id;
  const palette = REACTIONS.map((name) => ({
    label: texts.reactWith(name),
    shown: name,
    onPick: () => actions.react(item, name),
  }));
  return (
    <div className="tools">
      <Menu label={texts.react} items={palette} isRow>
        <Icon name="smile" />
      </Menu>
      <Tool name="reply" label={texts.reply} onClick={() => actions.reply(item)} />
      {isOwn && <Tool name="edit" label={texts.edit} onClick={() => actions.edit(item)} />}
      {!isOwn && (
        <Tool name="unread" label={texts.markUnread} onClick={() => actions.markUnread(item)} />
      )}
      {(isOwn || isModerator) && (
        <Tool name="trash" label={texts.remove} onClick={() => actions.remove(item)} />
      )}
    </div>
  );
}

function Tool(props: { name: IconName; label: string; onClick: () => void }): ReactElement {
  const { name, label, onClick } = props;
  return <IconButton icon={name} label={label} hint={label} onClick={onClick} />;
}

/** The same for a message before and after it is stored. */
export function keyOf(item: Item, user: { readonly id: string }): string {
  if (item.state !== 'stored') return `${user.id}/${item.key}`;
  const { idempotencyKey, by, position } = item;
  return idempotencyKey === undefined ? position : `${by.id}/${idempotencyKey}`;
}

function authorOf(item: Item, user: { readonly id: string; readonly name: string }) {
  return item.state === 'stored' ? item.by : user;
}

/** Does it go on where the same author has left off? */
function continues(before: Item, item: Item, user: { readonly id: string; readonly name: string }) {
  const isSame = authorOf(before, user).id === authorOf(item, user).id;
  const isSoon = item.at.getTime() - before.at.getTime() < GROUP_MS;
  return isSame && isSoon && item.replyTo === undefined;
}
