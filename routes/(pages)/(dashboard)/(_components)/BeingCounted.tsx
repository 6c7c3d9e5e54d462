import { Head } from "fresh/runtime";

/** Stands where figures will be that nobody asked this process for yet: the page comes again. */
export default function BeingCounted() {
  return (
    <>
      <Head>
        <meta http-equiv="refresh" content="2" />
      </Head>
      <p class="quiet">Being counted: the figures come by themselves in a few seconds.</p>
    </>
  );
}
