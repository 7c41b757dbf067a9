{{%AUTOESCAPE context="HTML"}}
{{#SOME}}
<section class="verdict tone-{{VERDICT_TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{VERDICT_SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p></div>
</section>
<section class="card" aria-label="Instruments">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of instruments">
<table class="stack">
<thead><tr><th scope="col">Symbol</th><th scope="col">Freshness</th><th scope="col">Why</th><th scope="col" class="num">Last value</th><th scope="col" class="num">Last bar</th><th scope="col" class="num">Bars</th><th scope="col">Asked in this order</th></tr></thead>
<tbody>
{{#INSTRUMENT}}<tr><th scope="row"><span class="nowrap">{{SYMBOL}}</span><span class="sub">{{INSTRUMENT_TITLE}}, {{KIND}}</span></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td data-label="Why" class="span {{#WELL}}well{{/WELL}}">{{FRESH_WORDS}}<span class="sub">{{CALENDAR}}</span></td><td class="num" data-label="Last value">{{VALUE}} <span class="soft">{{CURRENCY}}</span></td><td class="num" data-label="Last bar">{{#BAR}}<time datetime="{{BAR_ISO}}" title="{{BAR_AGO}}">{{BAR_DAY}}</time>{{/BAR}}{{#NO_BAR}}–{{/NO_BAR}}</td><td class="num" data-label="Bars">{{BARS}}</td><td data-label="Asked in this order" class="span">{{LISTINGS}}</td></tr>
{{/INSTRUMENT}}
</tbody>
</table>
</div>
{{#PAGES}}<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button" href="/instruments">← First</a>{{/FIRST}}{{#NEXT}}<a class="button" href="{{NEXT_URL}}" rel="next">Next →</a>{{/NEXT}}</nav>{{/PAGES}}
<p><a class="button" href="/loads">Loads: what brought these rows in</a></p>
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no active instrument.</strong> An instrument says what to fetch, and its listings say who can answer for it. Add one with <code>quotemill instrument add</code>.</p></div>
{{/NONE}}
