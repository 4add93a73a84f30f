/** A beam meets a sample and goes on as waves. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0d3b4c" />
      <g fill="none" strokeLinecap="round" strokeWidth="2.6">
        <path d="M4 16h9" stroke="#f4b860" />
        <path d="M17.5 11.200a6.8 6.8 0 0 1 0 9.6" stroke="#e8f4f6" />
        <path d="M21.3 7.400a12.2 12.2 0 0 1 0 17.2" stroke="#7fd0d8" />
        <path d="M25.1 3.600a17.6 17.6 0 0 1 0 24.8" stroke="#3f93a1" />
      </g>
      <circle cx="13.6" cy="16" r="2.3" fill="#f4b860" />
    </svg>
  );
}
