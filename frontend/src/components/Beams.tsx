const RINGS = Array.from({ length: 14 }, (_, index) => 60 + index * 62);

/** Diffraction rings, the background of the pages that hold only a card. */
export function Beams({ className }: { className?: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 1200 800" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <g fill="none" stroke="var(--bl-ring)">
        {RINGS.map((radius, index) => (
          <circle key={radius} cx="600" cy="400" r={radius} strokeWidth={index % 3 === 0 ? 2.5 : 1} />
        ))}
      </g>
      <path d="M0 400H600" stroke="var(--bl-accent)" strokeWidth="1.5" strokeOpacity="0.6" />
    </svg>
  );
}
