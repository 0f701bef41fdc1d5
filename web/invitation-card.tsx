import type { ReactElement } from 'react';
import type { Invitation } from 'trpc-rooms/shared';
import { useTexts } from './languages.ts';
import { usePage } from './page-context.ts';

/** Somebody asks for company, and waits for an answer. */
export function InvitationCard(props: {
  invitation: Invitation;
  onDone: () => Promise<void>;
  onEnter: (room: string) => void;
}): ReactElement {
  const { invitation, onDone, onEnter } = props;
  const texts = useTexts();
  const { client, sayError } = usePage();
  const { room, title, by } = invitation;
  const accept = async () => {
    await client.chat.accept({ room });
    await onDone();
    onEnter(room);
  };
  const decline = async () => {
    await client.chat.decline({ room });
    await onDone();
  };
  return (
    <li className="invitation">
      <strong>
        <bdi>{title ?? room}</bdi>
      </strong>
      <span className="muted">{texts.invitedYou(by.name)}</span>
      <div className="actions">
        <button
          type="button"
          className="button"
          aria-label={`${texts.decline}: ${title ?? room}`}
          onClick={() => void decline().catch(sayError)}
        >
          {texts.decline}
        </button>
        <button
          type="button"
          className="button primary"
          aria-label={`${texts.accept}: ${title ?? room}`}
          onClick={() => void accept().catch(sayError)}
        >
          {texts.accept}
        </button>
      </div>
    </li>
  );
}
