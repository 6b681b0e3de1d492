/** Three voices on one beam. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1d2433" />
      <g fill="none" stroke="#f4b942" strokeWidth="2.4" strokeLinecap="round">
        <path d="M8 21V10h16v11M16 10v8" />
      </g>
      <g fill="#f4b942">
        <circle cx="6.5" cy="22" r="2.9" />
        <circle cx="14.5" cy="19.5" r="2.9" />
        <circle cx="22.5" cy="22" r="2.9" />
      </g>
    </svg>
  )
}
