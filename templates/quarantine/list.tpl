{{%AUTOESCAPE context="HTML"}}
{{#CONFIRM}}
<section class="card" aria-labelledby="confirm-title">
<h2 id="confirm-title">{{CONFIRM_TITLE}}</h2>
<p>{{CONFIRM_MEANS}} Each row gets its entry in the audit, and each decision can be taken back.</p>
<form class="form" method="post" action="{{DECIDE_URL}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="all" value="1">
<input type="hidden" name="count" value="{{CONFIRM_COUNT}}">
<input type="hidden" name="newest" value="{{CONFIRM_NEWEST}}">
<div class="field {{#ERROR_NOTE}}field-bad{{/ERROR_NOTE}}"><label for="f-note">Note</label><p class="help" id="note-help">Why, for whoever looks at it later; may be left out</p>{{#ERROR_NOTE}}<p class="field-error" id="note-error">{{ERROR_TEXT}}</p>{{/ERROR_NOTE}}<input id="f-note" name="note" maxlength="500" value="{{CONFIRM_NOTE}}" autocomplete="off" aria-describedby="note-help {{#ERROR_NOTE}}note-error{{/ERROR_NOTE}}" {{#ERROR_NOTE}}aria-invalid="true"{{/ERROR_NOTE}}></div>
<div class="actions"><button class="button {{#CONFIRM_DANGER}}button-danger{{/CONFIRM_DANGER}}" id="confirm" type="submit" name="verdict" value="{{CONFIRM_VERDICT}}">{{CONFIRM_BUTTON}}</button><a class="button button-quiet" href="{{LIST_URL}}">Leave them as they are</a></div>
</form>
</section>
{{/CONFIRM}}
<form class="card" method="get" action="/quarantine" aria-label="Filter">
<div class="filters">
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_RULE}}field-bad{{/ERROR_RULE}}"><label for="f-rule">Rule</label>{{#ERROR_RULE}}<p class="field-error" id="rule-error">{{ERROR_TEXT}}</p>{{/ERROR_RULE}}<select id="f-rule" name="rule" {{#ERROR_RULE}}aria-invalid="true" aria-describedby="rule-error"{{/ERROR_RULE}}><option value="">any</option>{{#RULE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/RULE_OPTION}}</select></div>
<div class="field {{#ERROR_SEVERITY}}field-bad{{/ERROR_SEVERITY}}"><label for="f-severity">Kind</label>{{#ERROR_SEVERITY}}<p class="field-error" id="severity-error">{{ERROR_TEXT}}</p>{{/ERROR_SEVERITY}}<select id="f-severity" name="severity" {{#ERROR_SEVERITY}}aria-invalid="true" aria-describedby="severity-error"{{/ERROR_SEVERITY}}><option value="">any</option>{{#SEVERITY_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SEVERITY_OPTION}}</select></div>
<div class="field {{#ERROR_FROM}}field-bad{{/ERROR_FROM}}"><label for="f-from">Days from</label>{{#ERROR_FROM}}<p class="field-error" id="from-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM}}<input id="f-from" name="from" type="{{FROM_TYPE}}" value="{{FROM}}" {{#ERROR_FROM}}aria-invalid="true" aria-describedby="from-error"{{/ERROR_FROM}}></div>
<div class="field {{#ERROR_TO}}field-bad{{/ERROR_TO}}"><label for="f-to">to</label>{{#ERROR_TO}}<p class="field-error" id="to-error">{{ERROR_TEXT}}</p>{{/ERROR_TO}}<input id="f-to" name="to" type="{{TO_TYPE}}" value="{{TO}}" {{#ERROR_TO}}aria-invalid="true" aria-describedby="to-error"{{/ERROR_TO}}></div>
<div class="actions">{{#OF_LOAD}}<input type="hidden" name="load" value="{{LOAD_ID}}">{{/OF_LOAD}}<button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/quarantine">Show all open</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a></div>
</div>
{{#OF_LOAD}}<p class="soft">Only rows of <a href="/loads/{{LOAD_ID}}">load {{LOAD_ID}}</a>.</p>{{/OF_LOAD}}
</form>
{{#GROUPS}}
<section class="card" aria-labelledby="groups-title">
<div class="card-head"><h2 id="groups-title">What it is about</h2><p><a href="/rules">The rules</a></p></div>
<p class="soft">{{GROUPS_TEXT}}</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of groups">
<table class="stack">
<thead><tr><th scope="col">Rule</th><th scope="col">Instrument</th><th scope="col" class="num">Rows</th><th scope="col">Days</th>{{#MAY_GROUPS}}<th scope="col">Decide about all</th>{{/MAY_GROUPS}}</tr></thead>
<tbody>
{{#GROUP}}<tr><th scope="row" class="words"><a class="cell-link" href="{{GROUP_URL}}">{{GROUP_RULE}}</a><span class="sub">{{GROUP_WORDS}}</span></th><td data-label="Instrument">{{GROUP_SYMBOL}}<span class="sub">{{GROUP_WHAT}}</span></td><td class="num" data-label="Rows">{{GROUP_COUNT}}</td><td data-label="Days" class="nowrap">{{GROUP_DAYS}}</td>{{#MAY_GROUP}}<td data-label="Decide about all"><span class="row-actions">{{#GROUP_ALL}}<a class="button" href="{{GROUP_ALL_URL}}">{{GROUP_ALL_LABEL}}<span class="visually-hidden"> all {{GROUP_RULE}} rows of {{GROUP_SYMBOL}}</span> …</a>{{/GROUP_ALL}}</span></td>{{/MAY_GROUP}}</tr>
{{/GROUP}}
</tbody>
</table>
</div>
{{#GROUPS_CUT}}<p class="soft">These are the groups with most rows.</p>{{/GROUPS_CUT}}
</section>
{{/GROUPS}}
{{#SOME}}
<form class="card {{#ERROR_ROWS}}field-bad{{/ERROR_ROWS}}" id="f-rows" tabindex="-1" method="post" action="{{DECIDE_URL}}" aria-label="Rows">
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#ERROR_ROWS}}<p class="field-error">{{ERROR_TEXT}}</p>{{/ERROR_ROWS}}
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of rows in quarantine">
<table class="stack">
<thead><tr>{{#MAY_HEAD}}<th scope="col"><span class="visually-hidden">Mark</span></th>{{/MAY_HEAD}}<th scope="col">Row</th><th scope="col">State</th><th scope="col">Instrument</th><th scope="col">Time</th><th scope="col">What is wrong</th><th scope="col">From</th></tr></thead>
<tbody>
{{#ROW}}<tr>{{#MAY_SELECT}}<td><label class="mark"><input type="checkbox" name="id" value="{{SELECT_ID}}"><span class="visually-hidden">Mark row {{SELECT_ID}}</span></label></td>{{/MAY_SELECT}}<th scope="row"><a class="cell-link" href="/quarantine/{{ROW_ID}}"><span class="visually-hidden">Row </span>{{ROW_ID}}</a></th><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span><span class="sub">{{ROW_WHAT}}</span></td><td data-label="Instrument">{{ROW_SYMBOL}}<span class="sub">{{ROW_INTERVAL}}</span></td><td data-label="Time" class="nowrap">{{ROW_TIME}}</td><td data-label="What is wrong" class="words"><strong title="{{ROW_WORDS}}">{{ROW_RULE}}</strong> {{ROW_FIELD}} {{ROW_VALUE}}<span class="sub">expected: {{ROW_EXPECTED}}</span></td><td data-label="From">{{ROW_SOURCE}}<span class="sub">{{#SEEN}}<time datetime="{{SEEN_ISO}}" title="{{SEEN_FULL}}">{{SEEN_AGO}}</time>{{/SEEN}}{{#ROW_OFTEN}}, {{ROW_TIMES}}{{/ROW_OFTEN}}</span></td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#ACTIONS}}
<div class="field {{#ERROR_NOTE}}field-bad{{/ERROR_NOTE}}"><label for="f-note">Note</label><p class="help" id="note-help">Why, for whoever looks at it later; may be left out</p>{{#ERROR_NOTE}}<p class="field-error" id="note-error">{{ERROR_TEXT}}</p>{{/ERROR_NOTE}}<input id="f-note" name="note" maxlength="500" value="{{SELECTED_NOTE}}" autocomplete="off" aria-describedby="note-help {{#ERROR_NOTE}}note-error{{/ERROR_NOTE}}" {{#ERROR_NOTE}}aria-invalid="true"{{/ERROR_NOTE}}></div>
<div class="actions">{{#SELECTED_BUTTON}}<button class="button {{#BUTTON_DANGER}}button-danger{{/BUTTON_DANGER}}" type="submit" name="verdict" value="{{BUTTON_VERDICT}}">{{BUTTON_LABEL}}</button>{{/SELECTED_BUTTON}}{{#ALL_LINK}}<a class="button" href="{{ALL_URL}}">{{ALL_LABEL}}</a>{{/ALL_LINK}}</div>
{{/ACTIONS}}
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</form>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No row matches this filter.</strong> Widen it, or look at all open rows.</p><a class="button" href="/quarantine">Show all open rows</a></div>
{{/NONE_FOUND}}
{{#NONE_OPEN}}
<div class="empty"><p><strong>Nothing waits for a decision.</strong> Rows that the <a href="/rules">rules</a> refuse or doubt come here, from providers and from files.</p><a class="button" href="/quarantine?state=all">Show what was decided</a></div>
{{/NONE_OPEN}}
