import { useEffect, useState } from 'react';

const THEMES = ['auto', 'light', 'dark'] as const;

type Theme = (typeof THEMES)[number];

const STORED = 'posthorn-theme';

function stored(): Theme {
  const found = localStorage.getItem(STORED);
  return THEMES.find((theme) => theme === found) ?? 'auto';
}

/** Goes through the themes: as the system has it, light, dark. */
export function ThemeButton() {
  const [theme, setTheme] = useState(stored);
  useEffect(() => {
    localStorage.setItem(STORED, theme);
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto')}
    >
      Theme: {theme}
    </button>
  );
}
