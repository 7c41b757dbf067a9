{{%AUTOESCAPE context="HTML"}}
{{#SOME}}
<section class="verdict tone-{{VERDICT_TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{VERDICT_SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p></div>
</section>
<section class="card" aria-label="Instruments">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of instruments">
<table class="stack">
<thead><tr><th scope="col">Symbol</th><th scope="col">Freshness</th><th scope="col" class="num">Last value</th><th scope="col" class="num">Last bar</th><th scope="col" class="num">Bars</th><th scope="col">Quality</th><th scope="col">Asked in this order</th></tr></thead>
<tbody>
{{#INSTRUMENT}}<tr><th scope="row"><a class="cell-link nowrap" href="{{INSTRUMENT_URL}}">{{SYMBOL}}</a><span class="sub">{{INSTRUMENT_TITLE}}, {{KIND}}</span></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span>{{#BEHIND}}<span class="sub">{{FRESH_WORDS}}</span>{{/BEHIND}}<span class="sub">{{CALENDAR}}</span></td><td class="num" data-label="Last value">{{VALUE}} <span class="soft">{{CURRENCY}}</span></td><td class="num" data-label="Last bar">{{#BAR}}<time datetime="{{BAR_ISO}}" title="{{BAR_AGO}}">{{BAR_DAY}}</time>{{/BAR}}{{#NO_BAR}}–{{/NO_BAR}}</td><td class="num" data-label="Bars">{{BARS}}</td><td data-label="Quality">{{#QUALITY_LOW}}<span class="state state-flagged"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-partial"/></svg>{{LOW_SCORE}}</span><span class="sub"><time datetime="{{LOW_DAY}}">{{LOW_DAY}}</time></span>{{/QUALITY_LOW}}{{#QUALITY_GOOD}}<span class="soft">good</span>{{/QUALITY_GOOD}}{{#QUALITY_NONE}}<span class="zero">–</span>{{/QUALITY_NONE}}</td><td data-label="Asked in this order" class="words">{{LISTINGS}}</td></tr>
{{/INSTRUMENT}}
</tbody>
</table>
</div>
{{#PAGES}}<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button" href="/instruments">← First</a>{{/FIRST}}{{#NEXT}}<a class="button" href="{{NEXT_URL}}" rel="next">Next →</a>{{/NEXT}}</nav>{{/PAGES}}
<p class="actions"><a class="button" href="/loads">Loads: what brought these rows in</a><a class="button" href="/rules">Rules that rows are judged by</a></p>
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no active instrument.</strong> An instrument says what to fetch, and its listings say who can answer for it.{{#IS_OPERATOR}} Add one below, or with <code>quotemill instrument add</code>.{{/IS_OPERATOR}}</p></div>
{{/NONE}}
{{#RETIRED}}
<section class="card" aria-labelledby="retired-title">
<h2 id="retired-title">Retired</h2>
<p class="soft">Nothing is fetched for them; their bars stay. Their pages bring them back.</p>
<ul class="links">{{#RETIRED_ONE}}<li><a class="cell-link" href="{{INSTRUMENT_URL}}">{{SYMBOL}}</a> <span class="soft">{{INSTRUMENT_TITLE}}</span></li>
{{/RETIRED_ONE}}</ul>
</section>
{{/RETIRED}}
{{#MAY_ADD}}
<details class="card more" id="add" {{#ADD_OPEN}}open{{/ADD_OPEN}}>
<summary>Add an instrument</summary>
<form class="form" method="post" action="/instruments" aria-label="Add an instrument">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_SYMBOL}}field-bad{{/ERROR_SYMBOL}}"><label for="f-symbol">Symbol</label><p class="help" id="symbol-help">Such as BTC-USD; letters, digits and . = ^ _ / -</p>{{#ERROR_SYMBOL}}<p class="field-error" id="symbol-error">{{ERROR_TEXT}}</p>{{/ERROR_SYMBOL}}<input id="f-symbol" name="symbol" maxlength="32" value="{{NEW_SYMBOL}}" autocomplete="off" autocapitalize="characters" spellcheck="false" required aria-describedby="symbol-help {{#ERROR_SYMBOL}}symbol-error{{/ERROR_SYMBOL}}" {{#ERROR_SYMBOL}}aria-invalid="true"{{/ERROR_SYMBOL}}></div>
<div class="field {{#ERROR_TITLE}}field-bad{{/ERROR_TITLE}}"><label for="f-title">Title</label><p class="help" id="title-help">What people call it; empty: the symbol</p>{{#ERROR_TITLE}}<p class="field-error" id="title-error">{{ERROR_TEXT}}</p>{{/ERROR_TITLE}}<input id="f-title" name="title" maxlength="100" value="{{NEW_TITLE}}" autocomplete="off" aria-describedby="title-help {{#ERROR_TITLE}}title-error{{/ERROR_TITLE}}" {{#ERROR_TITLE}}aria-invalid="true"{{/ERROR_TITLE}}></div>
<div class="field-row">
<div class="field {{#ERROR_KIND}}field-bad{{/ERROR_KIND}}"><label for="f-kind">Kind</label>{{#ERROR_KIND}}<p class="field-error" id="kind-error">{{ERROR_TEXT}}</p>{{/ERROR_KIND}}<select id="f-kind" name="kind" {{#ERROR_KIND}}aria-invalid="true" aria-describedby="kind-error"{{/ERROR_KIND}}>{{#KIND_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/KIND_OPTION}}</select></div>
<div class="field {{#ERROR_CURRENCY}}field-bad{{/ERROR_CURRENCY}}"><label for="f-currency">Currency (XXX: a ratio)</label>{{#ERROR_CURRENCY}}<p class="field-error" id="currency-error">{{ERROR_TEXT}}</p>{{/ERROR_CURRENCY}}<input id="f-currency" name="currency" maxlength="5" value="{{NEW_CURRENCY}}" autocomplete="off" autocapitalize="characters" spellcheck="false" {{#ERROR_CURRENCY}}aria-invalid="true" aria-describedby="currency-error"{{/ERROR_CURRENCY}}></div>
</div>
<div class="field-row">
<div class="field {{#ERROR_CALENDAR}}field-bad{{/ERROR_CALENDAR}}"><label for="f-calendar">Calendar</label>{{#ERROR_CALENDAR}}<p class="field-error" id="calendar-error">{{ERROR_TEXT}}</p>{{/ERROR_CALENDAR}}<select id="f-calendar" name="calendar" {{#ERROR_CALENDAR}}aria-invalid="true" aria-describedby="calendar-error"{{/ERROR_CALENDAR}}><option value="">the usual one of its kind</option>{{#CALENDAR_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/CALENDAR_OPTION}}</select></div>
<div class="field {{#ERROR_INTERVAL}}field-bad{{/ERROR_INTERVAL}}"><label for="f-interval">Interval that is fetched</label>{{#ERROR_INTERVAL}}<p class="field-error" id="interval-error">{{ERROR_TEXT}}</p>{{/ERROR_INTERVAL}}<select id="f-interval" name="interval" {{#ERROR_INTERVAL}}aria-invalid="true" aria-describedby="interval-error"{{/ERROR_INTERVAL}}>{{#INTERVAL_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INTERVAL_OPTION}}</select></div>
</div>
<fieldset class="field"><legend>What is plausible</legend><p class="help" id="bounds-help">Prices outside the bounds are refused, larger changes from bar to bar are flagged (0.5 is 50 %). Empty: no bound. Prices of zero or less need a lower bound below them.</p>
<div class="field-row">
<div class="field {{#ERROR_PRICE_MIN}}field-bad{{/ERROR_PRICE_MIN}}"><label for="f-price_min">Lowest price</label>{{#ERROR_PRICE_MIN}}<p class="field-error" id="price_min-error">{{ERROR_TEXT}}</p>{{/ERROR_PRICE_MIN}}<input id="f-price_min" name="price_min" inputmode="decimal" value="{{NEW_PRICE_MIN}}" autocomplete="off" aria-describedby="bounds-help {{#ERROR_PRICE_MIN}}price_min-error{{/ERROR_PRICE_MIN}}" {{#ERROR_PRICE_MIN}}aria-invalid="true"{{/ERROR_PRICE_MIN}}></div>
<div class="field {{#ERROR_PRICE_MAX}}field-bad{{/ERROR_PRICE_MAX}}"><label for="f-price_max">Highest price</label>{{#ERROR_PRICE_MAX}}<p class="field-error" id="price_max-error">{{ERROR_TEXT}}</p>{{/ERROR_PRICE_MAX}}<input id="f-price_max" name="price_max" inputmode="decimal" value="{{NEW_PRICE_MAX}}" autocomplete="off" aria-describedby="bounds-help {{#ERROR_PRICE_MAX}}price_max-error{{/ERROR_PRICE_MAX}}" {{#ERROR_PRICE_MAX}}aria-invalid="true"{{/ERROR_PRICE_MAX}}></div>
<div class="field {{#ERROR_JUMP_FRAC}}field-bad{{/ERROR_JUMP_FRAC}}"><label for="f-jump_frac">Largest change</label>{{#ERROR_JUMP_FRAC}}<p class="field-error" id="jump_frac-error">{{ERROR_TEXT}}</p>{{/ERROR_JUMP_FRAC}}<input id="f-jump_frac" name="jump_frac" inputmode="decimal" value="{{NEW_JUMP_FRAC}}" autocomplete="off" aria-describedby="bounds-help {{#ERROR_JUMP_FRAC}}jump_frac-error{{/ERROR_JUMP_FRAC}}" {{#ERROR_JUMP_FRAC}}aria-invalid="true"{{/ERROR_JUMP_FRAC}}></div>
</div></fieldset>
<fieldset class="field"><legend>Who answers for it first</legend><p class="help" id="listing-help">The provider, and the symbol that it is asked with. Leave both empty for what is only uploaded.</p>
<div class="field-row">
<div class="field {{#ERROR_PROVIDER}}field-bad{{/ERROR_PROVIDER}}"><label for="f-provider">Provider</label>{{#ERROR_PROVIDER}}<p class="field-error" id="provider-error">{{ERROR_TEXT}}</p>{{/ERROR_PROVIDER}}<select id="f-provider" name="provider" aria-describedby="listing-help {{#ERROR_PROVIDER}}provider-error{{/ERROR_PROVIDER}}" {{#ERROR_PROVIDER}}aria-invalid="true"{{/ERROR_PROVIDER}}><option value="">nobody</option>{{#PROVIDER_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/PROVIDER_OPTION}}</select></div>
<div class="field {{#ERROR_LISTING}}field-bad{{/ERROR_LISTING}}"><label for="f-listing">Its symbol there</label>{{#ERROR_LISTING}}<p class="field-error" id="listing-error">{{ERROR_TEXT}}</p>{{/ERROR_LISTING}}<input id="f-listing" name="listing" maxlength="100" value="{{NEW_LISTING}}" autocomplete="off" spellcheck="false" aria-describedby="listing-help {{#ERROR_LISTING}}listing-error{{/ERROR_LISTING}}" {{#ERROR_LISTING}}aria-invalid="true"{{/ERROR_LISTING}}></div>
</div></fieldset>
<div class="actions"><button class="button button-primary" type="submit">Add the instrument</button></div>
</form>
</details>
{{/MAY_ADD}}
