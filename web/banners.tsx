import { useEffect, useState, type ReactElement } from 'react';
import { useConnection } from 'trpc-rooms/react';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './languages.ts';

// A flap that is over before one has read of it is nobody's business.
const QUIET_MS = 900;

/** Says calmly that the line is away. */
export function ConnectionBanner({
  onStartAgain,
}: {
  onStartAgain: () => void;
}): ReactElement | null {
  const texts = useTexts();
  const connection = useConnection();
  const { state } = connection;
  const [isLate, setLate] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const isAway = state !== 'open';
  useEffect(() => {
    setLate(false);
    if (!isAway) return setWasOpen(true);
    // However often it tries meanwhile.
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  if (state === 'stopped') {
    return (
      <div className="banner strong" role="alert">
        <Icon name="alert" />
        <span>{texts.stopped}</span>
        <button type="button" className="button" onClick={onStartAgain}>
          {texts.startAgain}
        </button>
      </div>
    );
  }
  if (!isAway || !isLate) return null;
  return (
    <div className="banner" role="status">
      <span className="spinner" aria-hidden="true" />
      <span>{wasOpen ? texts.reconnecting : texts.connecting}</span>
    </div>
  );
}

/** Says something that one may put away. */
export function Notice({ text, onClose }: { text: string; onClose: () => void }): ReactElement {
  const texts = useTexts();
  return (
    <div className="banner" role="status">
      <Icon name="alert" />
      <span>{text}</span>
      <IconButton icon="close" label={texts.close} onClick={onClose} />
    </div>
  );
}
