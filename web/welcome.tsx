import { useState, type FormEvent, type ReactElement } from 'react';
import { useTexts } from './languages.ts';
import { enterAsGuest, sessionOfToken, type EnterFailure, type Session } from './session.ts';

/** Where one comes in: by a name, or by a token where guests are not welcome. */
export function Welcome(props: {
  name: string;
  onEnter: (session: Session) => void;
}): ReactElement {
  const texts = useTexts();
  const [name, setName] = useState(props.name);
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<EnterFailure>();
  const needsToken = failure?.why === 'guests';

  const enter = async () => {
    setBusy(true);
    const result = needsToken
      ? (sessionOfToken(token.trim()) ?? failure)
      : await enterAsGuest(name);
    setBusy(false);
    if ('token' in result) props.onEnter(result);
    else setFailure(result);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter();
  };
  return (
    <main className="welcome">
      <form onSubmit={submit} aria-label={texts.welcomeTitle}>
        <Logo />
        <h1>{texts.app}</h1>
        <p className="muted">{texts.tagline}</p>
        {needsToken ? (
          <label>
            {texts.needsToken}
            <input
              className="field"
              value={token}
              aria-label={texts.token}
              autoComplete="off"
              onChange={({ target }) => setToken(target.value)}
              autoFocus
            />
          </label>
        ) : (
          <label>
            {texts.welcomeTitle}
            <input
              className="field"
              value={name}
              aria-label={texts.yourName}
              placeholder={texts.namePlaceholder}
              aria-describedby="name-hint"
              aria-invalid={failure?.why === 'name'}
              maxLength={200}
              autoComplete="nickname"
              onChange={({ target }) => setName(target.value)}
              autoFocus
            />
          </label>
        )}
        <p id="name-hint" className={failure && !needsToken ? 'error' : 'muted'} role="status">
          {hintOf(failure, texts)}
        </p>
        <button
          type="submit"
          className="button primary wide"
          disabled={isBusy || (needsToken ? token : name).trim() === ''}
        >
          {isBusy ? texts.entering : texts.enter}
        </button>
      </form>
    </main>
  );
}

function hintOf(failure: EnterFailure | undefined, texts: ReturnType<typeof useTexts>): string {
  if (failure?.why === 'name') return failure.detail;
  if (failure?.why === 'server') return texts.cannotReach;
  return failure ? '' : texts.nameHint;
}

/** The sign of the page. */
export function Logo(): ReactElement {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <path d="M8 10a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-6l-5 4.500V20a2 2 0 0 1-2-2z" />
    </svg>
  );
}
