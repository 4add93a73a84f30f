/** What the tabs of a browser tell each other: no tokens, only that something happened. */
type News = "signedIn" | "signedOut";

/**
 * The other tabs of this browser, told when somebody signs in or out.
 *
 * A `BroadcastChannel` reaches tabs of the same origin only, and nothing of it is kept.
 */
export class OtherTabs {
  private readonly channel: BroadcastChannel;

  constructor(name: string, on: Record<News, () => void>) {
    this.channel = new BroadcastChannel(`beamlore.session.${name}`);
    this.channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === "signedIn" || data === "signedOut") on[data]();
    };
  }

  tell(news: News): void {
    this.channel.postMessage(news);
  }

  close(): void {
    this.channel.close();
  }
}
