import { visibleText } from "./visible";

/** Text from somebody else: hidden characters are shown, and its direction does not reach the text around it. */
export function Plain({ text }: { text: string | null | undefined }) {
  return text ? <bdi>{visibleText(text)}</bdi> : null;
}
