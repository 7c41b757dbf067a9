{{%AUTOESCAPE context="HTML"}}
{{! FORM is there for operators. }}
{{>TABS}}
<p>While a silence holds nobody is told of what it matches. What happens is kept and shown all the same; what is still open at its end is told then.</p>
{{#SOME}}
<section class="card" aria-label="Silences">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of silences">
<table class="stack">
<thead><tr><th scope="col">State</th><th scope="col">What</th><th scope="col">Why</th><th scope="col">Until</th>{{#IS_OPERATOR}}<th scope="col">Change</th>{{/IS_OPERATOR}}</tr></thead>
<tbody>
{{#SILENCE}}<tr><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><th scope="row" class="words">{{WHAT}}<span class="sub">number {{SILENCE_ID}}{{#FOR_ALL}}, also others’ own rules{{/FOR_ALL}}</span></th><td class="words" data-label="Why">{{REASON}}<span class="sub">{{AUTHOR}}</span></td><td data-label="Until">{{#ENDS}}<time datetime="{{ENDS_ISO}}" title="{{ENDS_AGO}}">{{ENDS_FULL}}</time>{{/ENDS}}{{#ENDLESS}}somebody ends it{{/ENDLESS}}{{#STARTS}}<span class="sub">from <time datetime="{{STARTS_ISO}}" title="{{STARTS_AGO}}">{{STARTS_FULL}}</time></span>{{/STARTS}}{{#ENDED}}<span class="sub">ended by {{ENDED_BY}}</span>{{/ENDED}}</td>{{#CELL}}<td class="span">{{#MAY_END}}<form method="post" action="/silences/{{SILENCE_ID}}/end"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button nowrap" type="submit">End it now<span class="visually-hidden">: silence {{SILENCE_ID}}</span></button></form>{{/MAY_END}}</td>{{/CELL}}</tr>
{{/SILENCE}}
</tbody>
</table>
</div>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button" href="/silences">← First</a>{{/FIRST}}{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}</nav>
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>Nothing is silenced.</strong> Every alert is told to its channels.</p></div>
{{/NONE}}
{{#NO_MORE}}
<div class="empty"><p><strong>There are no older ones.</strong></p><a class="button" href="/silences">Show the first</a></div>
{{/NO_MORE}}
{{#FORM}}
<form class="card form" method="post" action="/silences" aria-labelledby="add" id="add-form">
<h2 id="add">New silence or mute window</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
<fieldset class="field"><legend>What it matches</legend><p class="help">All that you choose must match; nothing chosen matches everything.</p>
<div class="field-row">
<div class="field {{#ERROR_RULE}}field-bad{{/ERROR_RULE}}"><label for="f-rule">Rule</label>{{#ERROR_RULE}}<p class="field-error" id="rule-error">{{ERROR_TEXT}}</p>{{/ERROR_RULE}}<select id="f-rule" name="rule" {{#ERROR_RULE}}aria-invalid="true" aria-describedby="rule-error"{{/ERROR_RULE}}><option value="">any</option>{{#RULE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/RULE_OPTION}}</select>{{#MORE_RULES}}<p class="help">The newest; others from their own page.</p>{{/MORE_RULES}}</div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
</div>
<div class="field-row">
<div class="field {{#ERROR_PROVIDER}}field-bad{{/ERROR_PROVIDER}}"><label for="f-provider">Provider</label>{{#ERROR_PROVIDER}}<p class="field-error" id="provider-error">{{ERROR_TEXT}}</p>{{/ERROR_PROVIDER}}<select id="f-provider" name="provider" {{#ERROR_PROVIDER}}aria-invalid="true" aria-describedby="provider-error"{{/ERROR_PROVIDER}}><option value="">any</option>{{#PROVIDER_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/PROVIDER_OPTION}}</select></div>
<div class="field {{#ERROR_SEVERITY}}field-bad{{/ERROR_SEVERITY}}"><label for="f-severity">Severity</label>{{#ERROR_SEVERITY}}<p class="field-error" id="severity-error">{{ERROR_TEXT}}</p>{{/ERROR_SEVERITY}}<select id="f-severity" name="severity" {{#ERROR_SEVERITY}}aria-invalid="true" aria-describedby="severity-error"{{/ERROR_SEVERITY}}><option value="">any</option>{{#SEVERITY_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SEVERITY_OPTION}}</select></div>
</div></fieldset>
<div class="field {{#ERROR_REASON}}field-bad{{/ERROR_REASON}}"><label for="f-reason">Reason</label><p class="help" id="reason-help">Others read it: “maintenance of the exchange”</p>{{#ERROR_REASON}}<p class="field-error" id="reason-error">{{ERROR_TEXT}}</p>{{/ERROR_REASON}}<input id="f-reason" name="reason" maxlength="500" value="{{TYPED_REASON}}" autocomplete="off" required aria-describedby="reason-help {{#ERROR_REASON}}reason-error{{/ERROR_REASON}}" {{#ERROR_REASON}}aria-invalid="true"{{/ERROR_REASON}}></div>
<fieldset class="field when-once"><legend><label class="choice"><input type="radio" name="kind" value="once" {{#IS_ONCE}}checked{{/IS_ONCE}}>Once, for a time</label></legend>
<div class="field-row">
<div class="field {{#ERROR_LENGTH}}field-bad{{/ERROR_LENGTH}}"><label for="f-length">For</label>{{#ERROR_LENGTH}}<p class="field-error" id="length-error">{{ERROR_TEXT}}</p>{{/ERROR_LENGTH}}<select id="f-length" name="length" {{#ERROR_LENGTH}}aria-invalid="true" aria-describedby="length-error"{{/ERROR_LENGTH}}>{{#LENGTH_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/LENGTH_OPTION}}</select></div>
<div class="field {{#ERROR_ENDS_AT}}field-bad{{/ERROR_ENDS_AT}}"><label for="f-ends_at">Until ({{USER_ZONE}})</label>{{#ERROR_ENDS_AT}}<p class="field-error" id="ends_at-error">{{ERROR_TEXT}}</p>{{/ERROR_ENDS_AT}}<input id="f-ends_at" name="ends_at" type="datetime-local" value="{{ENDS_AT}}" {{#ERROR_ENDS_AT}}aria-invalid="true" aria-describedby="ends_at-error"{{/ERROR_ENDS_AT}}></div>
<div class="field {{#ERROR_STARTS_AT}}field-bad{{/ERROR_STARTS_AT}}"><label for="f-starts_at">From ({{USER_ZONE}}), empty: now</label>{{#ERROR_STARTS_AT}}<p class="field-error" id="starts_at-error">{{ERROR_TEXT}}</p>{{/ERROR_STARTS_AT}}<input id="f-starts_at" name="starts_at" type="datetime-local" value="{{STARTS_AT}}" {{#ERROR_STARTS_AT}}aria-invalid="true" aria-describedby="starts_at-error"{{/ERROR_STARTS_AT}}></div>
</div></fieldset>
<fieldset class="field when-window"><legend><label class="choice"><input type="radio" name="kind" value="window" {{#IS_WINDOW}}checked{{/IS_WINDOW}}>A mute window, again and again</label></legend>
<div class="field {{#ERROR_WEEKDAYS}}field-bad{{/ERROR_WEEKDAYS}}">{{#ERROR_WEEKDAYS}}<p class="field-error" id="f-weekdays">{{ERROR_TEXT}}</p>{{/ERROR_WEEKDAYS}}<div class="choices">{{#DAY}}<label class="choice"><input type="checkbox" name="weekdays" value="{{DAY_BIT}}" {{#TICKED}}checked{{/TICKED}}>{{DAY_NAME}}</label>{{/DAY}}</div></div>
<div class="field-row">
<div class="field {{#ERROR_FROM_TIME}}field-bad{{/ERROR_FROM_TIME}}"><label for="f-from_time">From</label>{{#ERROR_FROM_TIME}}<p class="field-error" id="from_time-error">{{ERROR_TEXT}}</p>{{/ERROR_FROM_TIME}}<input id="f-from_time" name="from_time" type="time" value="{{FROM_TIME}}" {{#ERROR_FROM_TIME}}aria-invalid="true" aria-describedby="from_time-error"{{/ERROR_FROM_TIME}}></div>
<div class="field {{#ERROR_TO_TIME}}field-bad{{/ERROR_TO_TIME}}"><label for="f-to_time">to, past midnight when earlier</label>{{#ERROR_TO_TIME}}<p class="field-error" id="to_time-error">{{ERROR_TEXT}}</p>{{/ERROR_TO_TIME}}<input id="f-to_time" name="to_time" type="time" value="{{TO_TIME}}" {{#ERROR_TO_TIME}}aria-invalid="true" aria-describedby="to_time-error"{{/ERROR_TO_TIME}}></div>
</div>
<div class="field-row">
<div class="field {{#ERROR_TIME_ZONE}}field-bad{{/ERROR_TIME_ZONE}}"><label for="f-time_zone">Time zone</label>{{#ERROR_TIME_ZONE}}<p class="field-error" id="time_zone-error">{{ERROR_TEXT}}</p>{{/ERROR_TIME_ZONE}}<input id="f-time_zone" name="time_zone" maxlength="64" value="{{TIME_ZONE}}" autocomplete="off" spellcheck="false" {{#ERROR_TIME_ZONE}}aria-invalid="true" aria-describedby="time_zone-error"{{/ERROR_TIME_ZONE}}></div>
<div class="field {{#ERROR_LAST_DAY}}field-bad{{/ERROR_LAST_DAY}}"><label for="f-last_day">Last day, empty: no end</label>{{#ERROR_LAST_DAY}}<p class="field-error" id="last_day-error">{{ERROR_TEXT}}</p>{{/ERROR_LAST_DAY}}<input id="f-last_day" name="last_day" type="date" value="{{LAST_DAY}}" {{#ERROR_LAST_DAY}}aria-invalid="true" aria-describedby="last_day-error"{{/ERROR_LAST_DAY}}></div>
</div></fieldset>
{{#MAY_ALL}}<label class="choice"><input type="checkbox" name="for_all" value="yes" {{#IS_FOR_ALL}}checked{{/IS_FOR_ALL}}><span>Also others’ own rules<span class="sub">Else it matches your own, shared and the installation’s rules</span></span></label>{{/MAY_ALL}}
<div class="actions"><button class="button button-primary" type="submit">Silence it</button></div>
</form>
{{/FORM}}
