import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Petrol, as deep water lit by a beam. */
const beam: MantineColorsTuple = [
  "#e9f6f8",
  "#d3ebef",
  "#a6d6de",
  "#76c0cc",
  "#4eacbc",
  "#2f97a9",
  "#1b7e91",
  "#126878",
  "#0f5262",
  "#0d3b4c",
];

/** Cool greys with a breath of petrol; the last ones are the dark scheme's surfaces. */
const dark: MantineColorsTuple = [
  "#d5dee1",
  "#b4c1c6",
  "#93a3a9",
  "#6c7d84",
  "#42545b",
  "#2c3c43",
  "#1e2c33",
  "#152229",
  "#0f1a20",
  "#0a1318",
];

export const theme = createTheme({
  colors: { beam, dark },
  primaryColor: "beam",
  primaryShade: { light: 7, dark: 6 },
  fontFamily: '"IBM Plex Sans Variable", system-ui, sans-serif',
  fontFamilyMonospace: '"IBM Plex Mono", ui-monospace, monospace',
  headings: { fontFamily: '"IBM Plex Sans Variable", system-ui, sans-serif', fontWeight: "600" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  defaultRadius: 6,
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    // What opens stays within its landmark, where screen readers look for it.
    Combobox: { defaultProps: { withinPortal: false } },
    Menu: { defaultProps: { withinPortal: false } },
    Popover: { defaultProps: { withinPortal: false } },
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: true, events: { hover: true, focus: true, touch: false } },
    },
    Button: { defaultProps: { size: "sm" } },
  },
});
