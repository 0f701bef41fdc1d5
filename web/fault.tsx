import { Component, type ReactElement, type ReactNode } from 'react';
import { Language, textsOf, languageOf } from './languages.ts';

/** What is shown in place of the page when the page itself is at fault: never nothing, never a stack. React
 *  knows of such faults by a class alone. */
export class FaultBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Fault /> : this.props.children;
  }
}

function Fault(): ReactElement {
  const code = languageOf(navigator.languages);
  const texts = textsOf(code);
  return (
    <Language.Provider value={{ code, texts }}>
      <main className="welcome" role="alert">
        <div className="fault">
          <p>{texts.fault}</p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            {texts.reload}
          </button>
        </div>
      </main>
    </Language.Provider>
  );
}
