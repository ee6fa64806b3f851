// Whether what was typed reads as a question, also without a question mark: Enter then answers, else it searches.

const LEADS = "please|so|and|but|ok|okay|hi|hello|hey";
const ASKS = "who|whom|whose|what|when|where|why|which|how|who's|what's|when's|where's|why's|how's";
const ASKS_BEFORE_A_NAME = "is|are|was|were|does|did|isn't|aren't|doesn't|didn't";
const ASKS_BEFORE_A_PRONOUN = "do|don't|can|could|may|might|must|should|shall|will|would|has|have|had|am|can't|couldn't|won't|wouldn't|shouldn't";
const PRONOUNS = "i|we|you|they|he|she|it|one|there|this|that|these|those|the|a|an|any|anyone|anybody|someone|somebody|everyone|people|my|our|your|their";
const TASKS = "explain|summarise|summarize|compare|describe|outline|tell me|show me|give me|help me|list all|list the";
const ENGLISH = [`(?:${ASKS}) \\S+ \\S`, `(?:${ASKS_BEFORE_A_NAME}) \\S+ \\S`, `(?:${ASKS_BEFORE_A_PRONOUN}) (?:${PRONOUNS}) \\S`, `(?:${TASKS}) \\S`];
const QUESTION = new RegExp(`^(?:(?:${LEADS}),? )?(?:${ENGLISH.join("|")})`);

const CHINESE = [
  "[吗嗎呢么麼]$|什么|什麼|甚麼|怎么|怎麼|怎样|怎樣|如何|为何|為何|为啥|多久|谁|誰|多少|何时|何時|何处|何處|何地",
  "哪[里裡裏儿兒些个個种種天位年家条條份]|几[个天年次点种月岁人号楼元块]|幾[個天年次點種月歲人號樓元塊]|多[长長大高远遠重快]$",
  "是否|能否|可否|是不是|有没有|有沒有|能不能|可不可以|会不会|會不會|要不要|该不该|該不該|需不需要|对不对|對不對",
  "^请?(?:解释|总结|概括|说明一下|比较|介绍一下|告诉我|帮我)|^請?(?:解釋|總結|概括|說明一下|比較|介紹一下|告訴我|幫我)",
];
const QUESTION_IN_CHINESE = new RegExp(CHINESE.join("|"));
const HAN = /[\u3400-\u9fff]/;

export function readsAsQuestion(text) {
  const typed = text.trim().toLowerCase().replaceAll("’", "'").replace(/\s+/g, " ");
  if (/^"[^"]*"$/.test(typed)) return false; // a phrase is looked for as it stands
  if (/[?？]$/.test(typed)) return HAN.test(typed) || typed.includes(" ");
  return HAN.test(typed) ? QUESTION_IN_CHINESE.test(typed) : QUESTION.test(typed);
}
