{{%AUTOESCAPE context="HTML"}}
<nav class="tabs" aria-label="Alerts"><ul>{{#TAB}}<li><a href="{{TAB_URL}}" {{#IS_PAGE}}aria-current="page"{{/IS_PAGE}} {{#IS_ABOVE}}aria-current="true"{{/IS_ABOVE}}>{{TAB_NAME}}</a></li>{{/TAB}}</ul></nav>
