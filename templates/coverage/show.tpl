{{%AUTOESCAPE context="HTML"}}
<form class="card" method="get" action="/coverage" aria-label="Filter">
<div class="filters">
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">all</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_INTERVAL}}field-bad{{/ERROR_INTERVAL}}"><label for="f-interval">Interval</label>{{#ERROR_INTERVAL}}<p class="field-error" id="interval-error">{{ERROR_TEXT}}</p>{{/ERROR_INTERVAL}}<select id="f-interval" name="interval" {{#ERROR_INTERVAL}}aria-invalid="true" aria-describedby="interval-error"{{/ERROR_INTERVAL}}><option value="">as brought</option>{{#INTERVAL_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INTERVAL_OPTION}}</select></div>
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">First day</label>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" {{#ERROR_FROM}}aria-invalid="true" aria-describedby="from-error"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">Last day</label>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" {{#ERROR_TO}}aria-invalid="true" aria-describedby="to-error"{{/ERROR_TO}}></div>
<div class="actions"><button class="button button-primary" type="submit">Show</button>{{#SPAN}}<a class="button" href="{{SPAN_URL}}">{{SPAN_WORDS}}</a>{{/SPAN}}</div>
</div>
</form>
{{#SOME}}
<section class="verdict tone-{{VERDICT_TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{VERDICT_SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p></div>
</section>
<section class="card" aria-labelledby="map">
<h2 id="map">Map</h2>
<ul class="legend">{{#KEY}}<li><svg class="cover-key" viewBox="0 0 10 16" aria-hidden="true"><path class="cover-{{KEY_CLASS}}" d="{{KEY_PATH}}"/></svg><span><strong>{{KEY_NAME}}</strong> {{KEY_WORDS}}</span></li>{{/KEY}}</ul>
<div class="strips" id="cover">
{{#ROW}}
<div>
<div class="strip-head"><h3><a href="/instruments/{{SYMBOL:u}}">{{SYMBOL}}</a> {{INTERVAL}}</h3>{{#NO_BARS}}<span class="soft">no bars yet</span>{{/NO_BARS}}{{#MAP}}<span class="cover-total {{#WELL}}soft{{/WELL}}">{{TOTAL}}; <a href="{{STORED_URL}}">stored: {{STORED}}</a></span>{{/MAP}}</div>
{{#MAP}}<svg class="cover" viewBox="{{MAP_BOX}}" preserveAspectRatio="none" role="img" aria-label="{{SYMBOL}} {{INTERVAL}}: {{TOTAL}}" data-symbol="{{SYMBOL}}" data-interval="{{INTERVAL}}" data-from="{{MAP_FROM}}" data-step="{{MAP_STEP}}" data-cells="{{MAP_CELLS}}">{{#SHAPE}}<path class="cover-{{SHAPE_CLASS}}" d="{{SHAPE_PATH}}"/>{{/SHAPE}}</svg>{{/MAP}}
</div>
{{/ROW}}
<div class="strip-scale"><span>{{FIRST_DAY}}</span><span>{{CELL}}</span><span>{{LAST_DAY}}</span></div>
</div>
{{#NEXT}}<nav class="pager" aria-label="Pages"><a class="button" href="{{NEXT_URL}}" rel="next">Next instruments →</a></nav>{{/NEXT}}
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no active instrument.</strong> Add one, and bring its bars: the map shows which are missing.</p></div>
{{/NONE}}
{{#GAPS}}
<section class="card" aria-labelledby="gaps">
<h2 id="gaps">{{LISTED}}</h2>
{{#MORE_GAPS}}<p>These are the first; choose an instrument or fewer days to see others.</p>{{/MORE_GAPS}}
<form method="post" action="{{FILL_URL}}" id="fill">
{{#IS_OPERATOR}}<input type="hidden" name="csrf" value="{{CSRF}}">{{/IS_OPERATOR}}
<div class="field {{#ERROR_GAP}}field-bad{{/ERROR_GAP}}" id="f-gap" tabindex="-1">{{#ERROR_GAP}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_GAP}}
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of gaps">
<table class="stack">
<thead><tr>{{#IS_OPERATOR}}<th scope="col"><span class="visually-hidden">Choose</span></th>{{/IS_OPERATOR}}<th scope="col">Instrument</th><th scope="col">First bar missing (UTC)</th><th scope="col">Last</th><th scope="col" class="num">Bars</th></tr></thead>
<tbody>
{{#GAP}}<tr>{{#CHOICE}}<td><label class="pick"><input type="checkbox" name="gap" value="{{GAP_VALUE}}"><span class="visually-hidden">Fill gap {{GAP_NUMBER}}: {{GAP_SYMBOL}} {{GAP_INTERVAL}} from {{GAP_FROM}}</span></label></td>{{/CHOICE}}<th scope="row">{{GAP_SYMBOL}}<span class="sub">{{GAP_INTERVAL}}</span></th><td data-label="First bar missing (UTC)">{{GAP_FROM}}</td><td data-label="Last">{{GAP_TO}}{{#AT_END}}<span class="sub">to the end</span>{{/AT_END}}</td><td class="num" data-label="Bars">{{GAP_BARS}}</td></tr>
{{/GAP}}
</tbody>
</table>
</div>
</div>
{{#IS_OPERATOR}}<div class="actions"><button class="button button-primary" type="submit" id="fill-button">Fill the chosen gaps</button><span class="soft" id="fill-note" aria-live="polite">A run fetches exactly these bars.</span></div>{{/IS_OPERATOR}}
</form>
</section>
{{/GAPS}}
