import { Head } from "fresh/runtime";
import { define } from "../define.ts";

export default define.page(() => (
  <>
    <Head>
      <title>Home of the fixture</title>
      <meta name="description" content="from the page" />
    </Head>
    <h1>Home</h1>
    <a href="/">here</a>
    <img src="/dot.svg" alt="a dot" />
  </>
));
