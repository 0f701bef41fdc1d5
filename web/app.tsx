import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { Chat } from './chat.tsx';
import { kept } from './keep.ts';
import { Language, languageOf, textsOf } from './languages.ts';
import { keepSession, keptSession, type Session } from './session.ts';
import { isTheme, type SettingsProps, type Theme } from './settings.tsx';
import { Welcome } from './welcome.tsx';

const THEME = 'trpc-rooms.theme';
const LANGUAGE = 'trpc-rooms.language';

/** The page: where one comes in, and the chat. */
export function App(): ReactElement {
  const [session, setSession] = useState(() => keptSession(kept));
  const [name, setName] = useState('');
  const [theme, setTheme] = useState(themeKept);
  const [code, setCode] = useState(() => kept.get(LANGUAGE) ?? languageOf(navigator.languages));
  const language = useMemo(() => ({ code, texts: textsOf(code) }), [code]);
  useEffect(() => {
    const { documentElement: root } = document;
    root.lang = code;
    root.dataset['theme'] = theme;
  }, [code, theme]);

  const enter = (entered: Session) => {
    keepSession(kept, entered);
    setSession(entered);
  };
  const startAgain = () => {
    keepSession(kept, undefined);
    setName(session?.user.name ?? '');
    setSession(undefined);
  };
  const settings: SettingsProps = {
    theme,
    onTheme: (next) => {
      kept.set(THEME, next);
      setTheme(next);
    },
    onLanguage: (next) => {
      kept.set(LANGUAGE, next);
      setCode(next);
    },
    onLeave: startAgain,
  };
  return (
    <Language.Provider value={language}>
      {session ? (
        <Chat key={session.token} session={session} settings={settings} onStartAgain={startAgain} />
      ) : (
        <Welcome name={name} onEnter={enter} />
      )}
    </Language.Provider>
  );
}

function themeKept(): Theme {
  const name = kept.get(THEME);
  return isTheme(name) ? name : 'auto';
}
